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

-- one row per person reached, with the first contact
contacts as (
    select
        users.user_key as reached_key,
        min(rollouts.reached_at) as contact_at
    from rollouts
    inner join users on users.user_id = rollouts.unit_id
    where rollouts.release = $release
    group by users.user_key
)

select
    user_days.segment,
    user_days.day,
    count(*) as active,
    cast(sum(case when contacts.contact_at < calendar.ends_at then 1 else 0 end) as bigint)
        as reached
from user_days
inner join calendar on calendar.day = user_days.day
left join contacts on contacts.reached_key = user_days.user_key
where user_days.day >= $start_date
    and user_days.day < $end_date
group by user_days.segment, user_days.day
order by user_days.segment, user_days.day
