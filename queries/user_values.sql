-- Which values of a dimension do people have who were active lately?
--
-- One row per (segment), most people first; at most 100 values.
-- Breakdown: yes
--
-- Parameters
--   $active_since  date     somebody counts whose last active day is not before it
--
-- Columns
--   segment        varchar  the dimension's value; '(not set)' for a missing one
--   people         bigint   people active on that day or later

select
    segment,
    count(*) as people
from users
where last_day >= $active_since
group by segment
order by people desc, segment
limit 100
