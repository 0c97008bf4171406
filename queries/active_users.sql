-- How many different people were active on each day, and in the 7 and 28 days that end with it?
--
-- One row per (segment, day), by segment, oldest first; a day without anybody is a row of zeros.
-- A window that reaches before the first day of data cannot be known: null.
-- For a window of W days, somebody's active day covers the days [day, day + W), less what their
-- previous active day covers already. One step up where the rest begins, one down where it ends:
-- the running sum of the steps is the exact number of different people, for every day at once.
-- Breakdown: yes
--
-- Parameters
--   $start_date   date     first day, included
--   $end_date     date     last day, excluded
--   $window_days  integer  length of the long window in days: 28, or 30, or another
--   $data_start   date     first day of the data
--   $watermark    date     last complete day
--
-- Columns
--   segment       varchar  value of the breakdown
--   day           date     local day, the last one of its windows
--   daily_users   bigint   different people active on the day
--   weekly_users  bigint   different people active in the 7 days up to and including it
--   window_users  bigint   different people active in the long window up to and including it
--   is_complete   boolean  false while the day is still being loaded: do not compare

with

-- one row per (segment, day, previous active day of those people)
pairs as (
    select
        segment,
        day,
        prev_day,
        count(*) as people
    from user_days
    where day > m_add_days($start_date, -greatest($window_days, 7))
        and day < $end_date
    group by segment, day, prev_day
),

-- one row per kind of window
spans as (
    select 'day' as span, 1 as span_days
    union all
    select 'week' as span, 7 as span_days
    union all
    select 'window' as span, $window_days as span_days
),

-- one row per pair, kind of window, and step: up where it is not covered yet, down where it ends
changes as (
    select
        pairs.segment,
        spans.span,
        case
            when m_add_days(pairs.prev_day, spans.span_days) > pairs.day
                then m_add_days(pairs.prev_day, spans.span_days)
            else pairs.day
        end as changed_on,
        pairs.people as step
    from pairs
    cross join spans
    union all
    select
        pairs.segment,
        spans.span,
        m_add_days(pairs.day, spans.span_days) as changed_on,
        -pairs.people as step
    from pairs
    cross join spans
),

-- one row per (segment, day) on which a count changes
day_changes as (
    select
        segment,
        changed_on,
        cast(sum(case when span = 'day' then step else 0 end) as bigint) as day_change,
        cast(sum(case when span = 'week' then step else 0 end) as bigint) as week_change,
        cast(sum(case when span = 'window' then step else 0 end) as bigint) as window_change
    from changes
    group by segment, changed_on
),

-- one row per segment
segments as (
    select distinct segment
    from pairs
),

-- one row per (segment, day), from where the first window begins
totals as (
    select
        segments.segment,
        calendar.day,
        cast(sum(coalesce(day_changes.day_change, 0)) over so_far as bigint) as on_day,
        cast(sum(coalesce(day_changes.week_change, 0)) over so_far as bigint) as in_week,
        cast(sum(coalesce(day_changes.window_change, 0)) over so_far as bigint) as in_window
    from calendar
    cross join segments
    left join day_changes
        on day_changes.segment = segments.segment
        and day_changes.changed_on = calendar.day
    where calendar.day > m_add_days($start_date, -greatest($window_days, 7))
        and calendar.day < $end_date
    window so_far as (
        partition by segments.segment
        order by calendar.day
        rows between unbounded preceding and current row
    )
)

select
    segment,
    day,
    on_day as daily_users,
    case when day >= m_add_days($data_start, 6) then in_week end as weekly_users,
    case when day >= m_add_days($data_start, $window_days - 1) then in_window end as window_users,
    day between $data_start and $watermark as is_complete
from totals
where day >= $start_date
order by segment, day
