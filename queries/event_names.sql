-- Which events are there, and how many people did each in the period?
--
-- One row per (event), most people first.
--
-- Parameters
--   $start_date          date     first day, included
--   $end_date            date     last day, excluded
--
-- Columns
--   event                varchar  its name
--   users                bigint   different people in the period
--   is_qualifying_event  boolean  whether it counts as activity

select
    event,
    count(distinct user_key) as users,
    max(case when is_qualifying then 1 else 0 end) = 1 as is_qualifying_event
from feature_days
where day >= $start_date
    and day < $end_date
group by event
order by users desc, event
