-- How many visits started in the period, by how many people, and how long were they?
--
-- One row per (segment), by segment; without visits there is none.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     last day, excluded
--
-- Columns
--   segment         varchar  value of the breakdown
--   sessions        bigint   visits that started in the period
--   users           bigint   different people who started one
--   total_seconds   double   length of all visits together; one of a single event adds 0
--   median_seconds  double   length that half of the visits do not exceed

select
    segment,
    count(*) as sessions,
    m_distinct_users(user_key) as users,
    cast(sum(seconds) as double) as total_seconds,
    m_quantile(seconds, 0.5) as median_seconds
from sessions
where day >= $start_date
    and day < $end_date
group by segment
order by segment
