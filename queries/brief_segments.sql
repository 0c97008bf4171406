-- How many people were active on each day, and how often did they do something?
--
-- One row per (segment, day) with somebody active, by segment, oldest first.
-- Who is new or has come back is not asked: that needs the past of everybody in each segment.
-- Breakdown: yes
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   segment      varchar  value of the breakdown
--   day          date     local day
--   users        bigint   people active on the day
--   times        bigint   how often they did something

select
    segment,
    day,
    count(*) as users,
    cast(sum(events) as bigint) as times
from user_days
where day >= $start_date
    and day < $end_date
group by segment, day
order by segment, day
