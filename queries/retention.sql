-- Of the people who started in a period, how many came back 1, 2, 3, … periods later?
--
-- One row per (segment, cohort, interval_number), oldest cohort first.
-- Any start and return events, spans of several periods, and every way of counting. The segment is
-- that of the first start event of the person in the cohort's period, and stays.
-- Breakdown: yes
--
-- Parameters
--   $start_date         date       first day, included: cohorts whose period has a day in the range
--   $end_date           date       last day, excluded
--   $grain              varchar    day, week or month: what a period is
--   $start_events       varchar[]  names that start; empty: any qualifying event
--   $return_events      varchar[]  names that count as return; empty: any qualifying event
--   $is_segment_fixed   boolean    true: somebody's value of the breakdown never changes
--   $is_first_time      boolean    true: only the cohort of somebody's first start in all history
--   $is_on_or_after     boolean    true: a return in a later period counts as well
--   $min_returns        integer    return events needed, at least 1
--   $span_starts        varchar[]  periods (1, 2, …) at which a column starts, the first one 1
--   $last_interval      integer    how many periods to follow
--   $data_start         date       first day of the data
--   $watermark          date       last complete day; later events are not seen
--
-- Columns
--   segment             varchar    value of the breakdown
--   cohort              date       first day of the period in which these people started
--   cohort_end          date       day after its last one
--   interval_number     bigint     column; 0 is the start
--   first_interval      bigint     first period that the column covers, counted from the cohort's
--   last_interval       bigint     last one
--   users               bigint     people in the cohort
--   returned            bigint     of those, who came back in it; null while it is not over
--   is_observable       boolean    whether it is over
--   is_cohort_complete  boolean    whether everybody who belongs to the cohort is in it

with

-- one row per day, with its period
period_days as (
    select
        day as on_day,
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
        period_days.on_day,
        periods.period_number
    from period_days
    inner join periods on periods.starts_on = period_days.starts_on
),

-- one row per start event, or per active day where any event starts
start_moments as (
    select
        starts.segment as moment_segment,
        starts.user_key,
        starts.day as start_day,
        cast(starts.day as timestamp) as moment_at
    from user_days as starts
    where array_length($start_events) = 0
        and (not $is_first_time or starts.prev_day is null)
        and starts.day <= $watermark
    union all
    select
        starts.segment as moment_segment,
        starts.user_key,
        starts.day as start_day,
        starts.occurred_at as moment_at
    from steps as starts
    where list_contains($start_events, starts.event)
        and starts.day <= $watermark
),

-- one row per (person, period) with a start; its segment is that of the first one
starts_by_period as (
    select
        start_moments.user_key,
        numbered_days.period_number as cohort_number,
        min(start_moments.moment_segment) as entry_segment
    from start_moments
    inner join numbered_days on numbered_days.on_day = start_moments.start_day
    where $is_segment_fixed
    group by start_moments.user_key, numbered_days.period_number
    union all
    select
        ordered.user_key,
        ordered.period_number as cohort_number,
        ordered.moment_segment as entry_segment
    from (
        select
            start_moments.user_key,
            numbered_days.period_number,
            start_moments.moment_segment,
            row_number() over (
                partition by start_moments.user_key, numbered_days.period_number
                order by start_moments.moment_at, start_moments.moment_segment
            ) as place
        from start_moments
        inner join numbered_days on numbered_days.on_day = start_moments.start_day
        where not $is_segment_fixed
    ) as ordered
    where ordered.place = 1
),

-- one row per (person, cohort) that counts
entries as (
    select
        all_starts.user_key,
        all_starts.cohort_number,
        all_starts.entry_segment
    from (
        select
            user_key,
            cohort_number,
            entry_segment,
            min(cohort_number) over (partition by user_key) as first_cohort
        from starts_by_period
    ) as all_starts
    where not $is_first_time or all_starts.cohort_number = all_starts.first_cohort
),

-- one row per cohort in the range
cohorts as (
    select distinct
        periods.period_number as number,
        periods.starts_on,
        periods.ends_on
    from period_days
    inner join periods on periods.starts_on = period_days.starts_on
    where period_days.on_day >= $start_date
        and period_days.on_day < $end_date
),

-- one row per (person, period) with return events
returns as (
    select
        came_back.user_key,
        numbered_days.period_number as return_number,
        cast(sum(came_back.times) as bigint) as times_in_period
    from (
        select
            user_key,
            day as return_day,
            events as times
        from user_days
        where array_length($return_events) = 0
            and day <= $watermark
        union all
        select
            user_key,
            day as return_day,
            events as times
        from feature_days
        where list_contains($return_events, event)
            and day <= $watermark
    ) as came_back
    inner join numbered_days on numbered_days.on_day = came_back.return_day
    group by came_back.user_key, numbered_days.period_number
),

-- one row per interval from 1; the periods serve as a list of numbers
intervals as (
    select
        period_number as interval_index,
        cast(sum(
            case when list_contains($span_starts, cast(period_number as varchar)) then 1 else 0 end
        ) over (
            order by period_number
            rows between unbounded preceding and current row
        ) as bigint) as span_index
    from periods
    where period_number <= $last_interval
),

-- one row per column
spans as (
    select
        span_index,
        min(interval_index) as first_index,
        max(interval_index) as last_index
    from intervals
    group by span_index
    union all
    select
        0 as span_zero,
        0 as first_zero,
        0 as last_zero
),

-- one row per (person, cohort, later period that a column covers) with return events
later_returns as (
    select
        entries.entry_segment,
        entries.cohort_number,
        entries.user_key,
        returns.return_number - entries.cohort_number as later,
        returns.times_in_period
    from entries
    inner join cohorts on cohorts.number = entries.cohort_number
    inner join returns
        on returns.user_key = entries.user_key
        and returns.return_number > entries.cohort_number
        and returns.return_number <= entries.cohort_number + $last_interval
    where not $is_on_or_after
),

-- one row per (person, cohort, column) with enough returns inside a column of several periods
reached_spans as (
    select
        later_returns.entry_segment,
        later_returns.cohort_number,
        later_returns.user_key,
        intervals.span_index
    from later_returns
    inner join intervals on intervals.interval_index = later_returns.later
    where array_length($span_starts) < $last_interval
    group by
        later_returns.entry_segment,
        later_returns.cohort_number,
        later_returns.user_key,
        intervals.span_index
    having cast(sum(later_returns.times_in_period) as bigint) >= $min_returns
),

-- one row per person: the last period from which on there are enough returns
last_returns as (
    select
        backwards.user_key,
        max(backwards.return_number) as last_number
    from (
        select
            user_key,
            return_number,
            cast(sum(times_in_period) over (
                partition by user_key
                order by return_number desc
                rows between unbounded preceding and current row
            ) as bigint) as times_from_then
        from returns
        where $is_on_or_after
            and $min_returns > 1
    ) as backwards
    where backwards.times_from_then >= $min_returns
    group by backwards.user_key
    union all
    select
        user_key,
        max(return_number) as last_number
    from returns
    where $is_on_or_after
        and $min_returns = 1
    group by user_key
),

-- one row per (segment, cohort, column) with somebody, or per way of counting: only one has rows
cells as (
    select
        entry_segment as cell_segment,
        cohort_number,
        later as cell_index,
        count(*) as people_back
    from later_returns
    where array_length($span_starts) = $last_interval
        and times_in_period >= $min_returns
    group by cell_segment, cohort_number, cell_index
    union all
    select
        entry_segment as cell_segment,
        cohort_number,
        span_index as cell_index,
        count(*) as people_back
    from reached_spans
    group by cell_segment, cohort_number, cell_index
    union all
    select
        entries.entry_segment as cell_segment,
        entries.cohort_number,
        spans.span_index as cell_index,
        count(*) as people_back
    from entries
    inner join last_returns on last_returns.user_key = entries.user_key
    inner join spans
        on spans.first_index > 0
        and spans.first_index <= last_returns.last_number - entries.cohort_number
    group by cell_segment, entries.cohort_number, cell_index
),

-- one row per (segment, cohort)
sizes as (
    select
        entries.entry_segment as size_segment,
        cohorts.number,
        cohorts.starts_on,
        cohorts.ends_on,
        count(*) as size
    from entries
    inner join cohorts on cohorts.number = entries.cohort_number
    group by size_segment, cohorts.number, cohorts.starts_on, cohorts.ends_on
),

-- one row per (segment, cohort, column), over or not
grid as (
    select
        sizes.size_segment,
        sizes.starts_on,
        sizes.ends_on,
        spans.span_index,
        spans.first_index,
        spans.last_index,
        sizes.size,
        case when spans.span_index = 0 then sizes.size else coalesce(cells.people_back, 0) end
            as people_in_cell,
        spans.span_index = 0 or coalesce(ahead.ends_on <= m_add_days($watermark, 1), false)
            as is_over
    from sizes
    cross join spans
    left join periods as ahead
        on ahead.period_number = sizes.number
        + case when $is_on_or_after then spans.first_index else spans.last_index end
    left join cells
        on cells.cell_segment = sizes.size_segment
        and cells.cohort_number = sizes.number
        and cells.cell_index = spans.span_index
)

select
    size_segment as segment,
    starts_on as cohort,
    ends_on as cohort_end,
    span_index as interval_number,
    first_index as first_interval,
    last_index as last_interval,
    size as users,
    case when is_over then people_in_cell end as returned,
    is_over as is_observable,
    starts_on >= $data_start and ends_on <= m_add_days($watermark, 1) as is_cohort_complete
from grid
order by segment, cohort, interval_number
