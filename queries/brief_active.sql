-- How many people were active on each day, and who of them is new, has stayed or has come back?
--
-- One row per (segment, day) with somebody active, by segment, oldest first.
-- New, retained and resurrected exclude each other and add up to all of them.
-- Breakdown: yes
--
-- Parameters
--   $start_date        date     first day, included
--   $end_date          date     last day, excluded
--
-- Columns
--   segment            varchar  value of the breakdown
--   day                date     local day
--   users              bigint   people active on the day
--   new_users          bigint   of those, never active before
--   retained_users     bigint   of those, also active within the seven days before
--   resurrected_users  bigint   of those, active before, but not within the seven days before
--   times              bigint   how often they did something

select
    segment,
    day,
    count(*) as users,
    cast(sum(case when prev_day is null then 1 else 0 end) as bigint) as new_users,
    cast(sum(case when prev_day >= m_add_days(day, -7) then 1 else 0 end) as bigint)
        as retained_users,
    cast(sum(case when prev_day < m_add_days(day, -7) then 1 else 0 end) as bigint)
        as resurrected_users,
    cast(sum(events) as bigint) as times
from user_days
where day >= $start_date
    and day < $end_date
group by segment, day
order by segment, day
