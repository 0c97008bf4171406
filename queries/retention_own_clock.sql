-- Of the people who started in a period, how many came back 1, 2, 3, … spans of 24 hours later?
--
-- One row per (segment, cohort, interval_number), oldest cohort first.
-- Intervals run from everybody's own start, not from midnight: 27 hours later is interval 1 of
-- 24 hours. In a cohort of recurring starts somebody's clock runs from their first start in the
-- period. A column is over when it is over for whoever started last.
-- Breakdown: yes
--
-- Parameters
--   $start_date         date       first day, included: cohorts whose period has a day in the range
--   $end_date           date       last day, excluded
--   $grain              varchar    day, week or month: whose starts are one cohort
--   $interval_days      integer    length of an interval in spans of 24 hours: 1, 7 or 30
--   $start_events       varchar[]  names that start; empty: any qualifying event
--   $return_events      varchar[]  names that count as return; empty: any qualifying event
--   $is_first_time      boolean    true: only the cohort of somebody's first start in all history
--   $is_on_or_after     boolean    true: a return in a later interval counts as well
--   $min_returns        integer    return events needed, at least 1
--   $span_starts        varchar[]  intervals (1, 2, …) at which a column starts, the first one 1
--   $last_interval      integer    how many intervals to follow
--   $data_start         date       first day of the data
--   $watermark          date       last complete day; later events are not seen
--
-- Columns
--   segment             varchar    value of the breakdown
--   cohort              date       first day of the period in which these people started
--   cohort_end          date       day after its last one
--   interval_number     bigint     column; 0 is the start
--   first_interval      bigint     first interval that the column covers
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

-- one row per (person, period, segment) with a start event, at the first of them
first_moments as (
    select
        starts.segment as start_segment,
        starts.user_key,
        period_days.starts_on,
        period_days.ends_on,
        min(starts.occurred_at) as start_at
    from steps as starts
    inner join period_days on period_days.on_day = starts.day
    where starts.day <= $watermark
        and starts.day < m_add_days($end_date, 31)
        and (
            (array_length($start_events) = 0 and starts.is_qualifying)
            or list_contains($start_events, starts.event)
        )
    group by start_segment, starts.user_key, period_days.starts_on, period_days.ends_on
),

-- one row per (person, period, segment) in each person's order, the first of the period marked
starts_in_order as (
    select
        start_segment,
        user_key,
        start_at,
        starts_on,
        ends_on,
        row_number() over (
            partition by user_key, starts_on
            order by start_at, start_segment
        ) as place_in_period,
        min(starts_on) over (partition by user_key) as first_starts_on
    from first_moments
),

-- one row per (person, cohort) that counts
entries as (
    select
        start_segment,
        user_key,
        start_at,
        starts_on,
        ends_on
    from starts_in_order
    where place_in_period = 1
        and (not $is_first_time or starts_on = first_starts_on)
        and ends_on > $start_date
        and starts_on < $end_date
),

-- one row per (person, cohort, interval) with return events
later_returns as (
    select
        entries.start_segment,
        entries.starts_on,
        entries.user_key,
        m_int_div(m_secs_between(entries.start_at, came_back.occurred_at), 86400 * $interval_days)
            as later,
        count(*) as times
    from entries
    inner join steps as came_back
        on came_back.user_key = entries.user_key
        and came_back.occurred_at > entries.start_at
    where came_back.day <= $watermark
        and came_back.day > m_add_days($start_date, -31)
        and (
            $is_on_or_after
            or came_back.day
            <= m_add_days(entries.ends_on, ($last_interval + 1) * $interval_days + 1)
        )
        and (
            (array_length($return_events) = 0 and came_back.is_qualifying)
            or list_contains($return_events, came_back.event)
        )
    group by entries.start_segment, entries.starts_on, entries.user_key, later
),

-- one row per (person, cohort, interval from the first on), with the returns from then on
returns_from_then as (
    select
        start_segment,
        starts_on,
        user_key,
        later,
        times,
        cast(sum(times) over (
            partition by user_key, starts_on
            order by later desc
            rows between unbounded preceding and current row
        ) as bigint) as times_from_then
    from later_returns
    where later >= 1
),

-- one row per interval from 1; the calendar serves as a list of numbers
intervals as (
    select
        m_days_between($start_date, day) as interval_index,
        cast(sum(
            case
                when list_contains(
                    $span_starts, cast(m_days_between($start_date, day) as varchar)
                ) then 1
                else 0
            end
        ) over (
            order by day
            rows between unbounded preceding and current row
        ) as bigint) as span_index
    from calendar
    where day > $start_date
        and day <= m_add_days($start_date, $last_interval)
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

-- one row per (person, cohort, column) with enough returns
reached as (
    select
        returns_from_then.start_segment,
        returns_from_then.starts_on,
        returns_from_then.user_key,
        intervals.span_index as reached_index
    from returns_from_then
    inner join intervals on intervals.interval_index = returns_from_then.later
    where not $is_on_or_after
    group by
        returns_from_then.start_segment,
        returns_from_then.starts_on,
        returns_from_then.user_key,
        intervals.span_index
    having cast(sum(returns_from_then.times) as bigint) >= $min_returns
    union all
    select distinct
        returns_from_then.start_segment,
        returns_from_then.starts_on,
        returns_from_then.user_key,
        spans.span_index as reached_index
    from returns_from_then
    inner join spans
        on spans.first_index > 0
        and spans.first_index <= returns_from_then.later
    where $is_on_or_after
        and returns_from_then.times_from_then >= $min_returns
),

-- one row per (segment, cohort, column) with somebody
cells as (
    select
        start_segment as cell_segment,
        starts_on as cell_starts_on,
        reached_index,
        count(*) as people_back
    from reached
    group by cell_segment, cell_starts_on, reached_index
),

-- one row per (segment, cohort)
sizes as (
    select
        start_segment as size_segment,
        starts_on,
        ends_on,
        count(*) as size
    from entries
    group by size_segment, starts_on, ends_on
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
        spans.span_index = 0 or m_add_days(
            sizes.ends_on,
            $interval_days
            * (1 + case when $is_on_or_after then spans.first_index else spans.last_index end)
        ) <= m_add_days($watermark, 1) as is_over
    from sizes
    cross join spans
    left join cells
        on cells.cell_segment = sizes.size_segment
        and cells.cell_starts_on = sizes.starts_on
        and cells.reached_index = spans.span_index
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
