-- Which values of a dimension do people have when they do most?
--
-- One row per (segment), most events first; at most 100 values.
-- Breakdown: yes
--
-- Parameters
--   $start_date    date     first day, included
--   $end_date      date     last day, excluded
--
-- Columns
--   segment        varchar  the dimension's value; '(not set)' for a missing one
--   times          bigint   qualifying events

select
    segment,
    cast(sum(events) as bigint) as times
from segment_days
where day >= $start_date
    and day < $end_date
group by segment
order by times desc, segment
limit 100
