-- Which events happened in the period, and how often?
--
-- One row per (event), the most frequent first.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   event        varchar  its name
--   times        bigint   how often it happened in the period

select
    event,
    cast(sum(events) as bigint) as times
from feature_days
where day >= $start_date
    and day < $end_date
group by event
order by times desc, event
