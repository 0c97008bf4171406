-- How many of each day's active users had been reached by a release?
--
-- One row per (segment, day), by segment, oldest first.
-- Breakdown: yes
--
-- Parameters
--   $release     varchar  the release
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   segment      varchar  value of the breakdown
--   day          date     local day
--   active       bigint   people active on the day
--   reached      bigint   of these, those whose first contact was on the day or before

with

-- one row per person reached, with the day of the first contact in UTC
contacts as (
    select
        users.user_key as reached_key,
        min(cast(rollouts.reached_at as date)) as reached_on
    from rollouts
    inner join users on users.user_id = rollouts.unit_id
    where rollouts.release = $release
    group by users.user_key
)

select
    user_days.segment,
    user_days.day,
    count(*) as active,
    cast(sum(case when contacts.reached_on <= user_days.day then 1 else 0 end) as bigint) as reached
from user_days
left join contacts on contacts.reached_key = user_days.user_key
where user_days.day >= $start_date
    and user_days.day < $end_date
group by user_days.segment, user_days.day
order by user_days.segment, user_days.day
