-- Which values of a dimension are people active with most often?
--
-- One row per (segment), the most active first; at most 100 values.
-- Breakdown: yes
--
-- Parameters
--   $start_date    date     first day, included
--   $end_date      date     last day, excluded
--
-- Columns
--   segment        varchar  the dimension's value; '(not set)' for a missing one
--   active_days    bigint   days on which somebody was active, each person counted by themselves

select
    segment,
    count(*) as active_days
from user_days
where day >= $start_date
    and day < $end_date
group by segment
order by active_days desc, segment
limit 100
