-- How many visits started in each day, week or month, by how many people, and how long were they?
--
-- One row per (segment, period_start), by segment, oldest first; a period without visits has none.
-- Every period that has a day in the range is counted whole.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     last day, excluded
--   $grain          varchar  day, week or month
--   $data_start     date     first day of the data
--   $watermark      date     last complete day
--
-- Columns
--   segment         varchar  value of the breakdown
--   period_start    date     first day of the period
--   period_end      date     day after its last one
--   sessions        bigint   visits that started in it
--   users           bigint   different people who started one
--   total_seconds   double   length of all visits together; one of a single event adds 0
--   median_seconds  double   length that half of the visits do not exceed
--   is_complete     boolean  false if a day is missing or still being loaded: do not compare

with

-- one row per day, with its period
period_days as (
    select
        day,
        case $grain when 'week' then week_start when 'month' then month_start else day end
            as starts_on,
        case $grain
            when 'week' then m_add_days(week_start, 7)
            when 'month' then m_trunc_month(m_add_days(month_start, 31))
            else m_add_days(day, 1)
        end as ends_on
    from calendar
),

-- one row per period in the range
periods as (
    select distinct
        starts_on,
        ends_on
    from period_days
    where day >= $start_date
        and day < $end_date
)

select
    sessions.segment,
    periods.starts_on as period_start,
    periods.ends_on as period_end,
    count(*) as sessions,
    m_distinct_users(sessions.user_key) as users,
    cast(sum(sessions.seconds) as double) as total_seconds,
    m_quantile(sessions.seconds, 0.5) as median_seconds,
    periods.starts_on >= $data_start and periods.ends_on <= m_add_days($watermark, 1)
        as is_complete
from sessions
inner join period_days on period_days.day = sessions.day
inner join periods on periods.starts_on = period_days.starts_on
where sessions.day > m_add_days($start_date, -31)
    and sessions.day < m_add_days($end_date, 31)
group by sessions.segment, periods.starts_on, periods.ends_on
order by sessions.segment, periods.starts_on
