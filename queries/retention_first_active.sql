-- Of the people first active in a period, how many were active again 1, 2, 3, … periods later?
--
-- One row per (segment, cohort, interval_number), oldest cohort first.
-- The fast answer to the commonest question: any qualifying event starts and counts as a return.
-- Somebody's first active day in a period is the one whose previous active day lies before it, so
-- nobody counts twice and nothing has to be made distinct. On or after an interval are those whose
-- last active day lies in it or later.
-- Breakdown: yes
--
-- Parameters
--   $start_date         date     first day, included: cohorts whose period has a day in the range
--   $end_date           date     last day, excluded
--   $grain              varchar  day, week or month: what a period is
--   $is_on_or_after     boolean  true: activity in a later period counts as well
--   $last_interval      integer  how many periods to follow
--   $data_start         date     first day of the data
--   $watermark          date     last complete day; later activity is not seen
--
-- Columns
--   segment             varchar  value of the breakdown
--   cohort              date     first day of the period in which these people started
--   cohort_end          date     day after its last one
--   interval_number     bigint   periods since; 0 is the start
--   first_interval      bigint   the same: a column covers one interval
--   last_interval       bigint   the same
--   users               bigint   people in the cohort
--   returned            bigint   of those, active in that period (or later); null while it is not
--                                over
--   is_observable       boolean  whether it is over
--   is_cohort_complete  boolean  whether everybody who belongs to the cohort is in it

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

-- one row per period, numbered
periods as (
    select
        starts_on,
        ends_on,
        row_number() over (order by starts_on) as period_number
    from (select distinct starts_on, ends_on from period_days) as spans
),

-- one row per day, with the number of its period
numbered_days as (
    select
        period_days.day,
        periods.period_number
    from period_days
    inner join periods on periods.starts_on = period_days.starts_on
),

-- one row: the days on which the cohorts start
reach as (
    select
        min(starts_on) as first_start_on,
        max(ends_on) as starts_before
    from period_days
    where day >= $start_date
        and day < $end_date
),

-- one row per (segment, first active day, day): people whose first active day of a period it is
appearances as (
    select
        user_days.segment,
        user_days.first_day,
        user_days.day,
        count(*) as people
    from user_days
    inner join period_days on period_days.day = user_days.day
    cross join reach
    where not $is_on_or_after
        and user_days.first_day >= reach.first_start_on
        and user_days.first_day < reach.starts_before
        and user_days.day <= $watermark
        and (user_days.prev_day is null or user_days.prev_day < period_days.starts_on)
    group by user_days.segment, user_days.first_day, user_days.day
),

-- one row per person who is followed on or after: their first and last active day
last_appearances as (
    select
        user_days.segment,
        user_days.first_day,
        user_days.user_key,
        max(user_days.day) as last_active_on
    from user_days
    cross join reach
    where $is_on_or_after
        and user_days.first_day >= reach.first_start_on
        and user_days.first_day < reach.starts_before
        and user_days.day <= $watermark
    group by user_days.segment, user_days.first_day, user_days.user_key
),

-- one row per (segment, cohort, last period in which those people were active)
last_periods as (
    select
        last_appearances.segment,
        firsts.period_number as first_number,
        lasts.period_number as last_number,
        count(*) as people_last_active
    from last_appearances
    inner join numbered_days as firsts on firsts.day = last_appearances.first_day
    inner join numbered_days as lasts on lasts.day = last_appearances.last_active_on
    group by last_appearances.segment, firsts.period_number, lasts.period_number
),

-- one row per interval; the periods serve as a list of numbers
intervals as (
    select period_number - 1 as number
    from periods
    where period_number <= $last_interval + 1
),

-- one row per (segment, cohort, interval) with somebody
cells as (
    select
        appearances.segment,
        firsts.period_number as cohort_number,
        numbered_days.period_number - firsts.period_number as later,
        cast(sum(appearances.people) as bigint) as people_active
    from appearances
    inner join numbered_days on numbered_days.day = appearances.day
    inner join numbered_days as firsts on firsts.day = appearances.first_day
    group by appearances.segment, firsts.period_number, later
    union all
    select
        last_periods.segment,
        last_periods.first_number as cohort_number,
        intervals.number as later,
        cast(sum(last_periods.people_last_active) as bigint) as people_active
    from last_periods
    inner join intervals on intervals.number <= last_periods.last_number - last_periods.first_number
    group by last_periods.segment, last_periods.first_number, intervals.number
),

-- one row per (segment, cohort, interval), over or not
grid as (
    select
        sizes.segment,
        periods.starts_on,
        periods.ends_on,
        intervals.number,
        sizes.people_active as size,
        coalesce(cells.people_active, 0) as people_back,
        intervals.number = 0 or coalesce(ahead.ends_on <= m_add_days($watermark, 1), false)
            as is_over
    from cells as sizes
    inner join periods on periods.period_number = sizes.cohort_number
    cross join intervals
    left join periods as ahead on ahead.period_number = sizes.cohort_number + intervals.number
    left join cells
        on cells.segment = sizes.segment
        and cells.cohort_number = sizes.cohort_number
        and cells.later = intervals.number
    where sizes.later = 0
)

select
    segment,
    starts_on as cohort,
    ends_on as cohort_end,
    number as interval_number,
    number as first_interval,
    number as last_interval,
    size as users,
    case when is_over then people_back end as returned,
    is_over as is_observable,
    starts_on >= $data_start and ends_on <= m_add_days($watermark, 1) as is_cohort_complete
from grid
order by segment, cohort, interval_number
