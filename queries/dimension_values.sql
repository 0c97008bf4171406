-- Which values of a dimension do most active people have?
--
-- One row per (segment), most people first; at most 100 values.
-- Breakdown: yes
--
-- Parameters
--   $start_date    date     first day, included
--   $end_date      date     last day, excluded
--
-- Columns
--   segment        varchar  the dimension's value; '(not set)' for a missing one
--   active_users   bigint   different people with a qualifying event on these days

select
    segment,
    count(distinct user_key) as active_users
from user_days
where day >= $start_date
    and day < $end_date
group by segment
order by active_users desc, segment
limit 100
