-- How much of each day came from those who do more than people do?
--
-- One row per (day) with somebody like that, oldest first.
--
-- Parameters
--   $start_date    date     first day, included
--   $end_date      date     last day, excluded
--   $min_events    integer  qualifying events on one day from which nobody is a person
--
-- Columns
--   day           date     local day
--   users         bigint   how many did so much
--   times         bigint   what they did together

select
    day,
    count(*) as users,
    cast(sum(events) as bigint) as times
from user_days
where day >= $start_date
    and day < $end_date
    and events >= $min_events
group by day
order by day
