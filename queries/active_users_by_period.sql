-- How many different people were active in each calendar day, week or month?
--
-- One row per (segment, period_start), by segment, oldest first; a period without anybody has none.
-- Every period that has a day in the range is counted whole.
-- Breakdown: yes
--
-- Parameters
--   $start_date   date     first day, included
--   $end_date     date     last day, excluded
--   $grain        varchar  day, week or month
--   $data_start   date     first day of the data
--   $watermark    date     last complete day
--
-- Columns
--   segment       varchar  value of the breakdown
--   period_start  date     first day of the period
--   period_end    date     day after its last one
--   users         bigint   different people active in the period
--   is_complete   boolean  false if a day of it is missing or still being loaded: do not compare

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
),

-- one row per (segment, day, previous active day of those people)
pairs as (
    select
        segment,
        day,
        prev_day,
        count(*) as people
    from user_days
    where day > m_add_days($start_date, -31)
        and day < m_add_days($end_date, 31)
    group by segment, day, prev_day
)

select
    pairs.segment,
    periods.starts_on as period_start,
    periods.ends_on as period_end,
    cast(sum(pairs.people) as bigint) as users,
    periods.starts_on >= $data_start and periods.ends_on <= m_add_days($watermark, 1)
        as is_complete
from pairs
inner join period_days on period_days.day = pairs.day
inner join periods on periods.starts_on = period_days.starts_on
where pairs.prev_day is null or pairs.prev_day < periods.starts_on
group by pairs.segment, periods.starts_on, periods.ends_on
order by pairs.segment, periods.starts_on
