-- Who started in a period, or came back some periods later?
--
-- One row per (user_id), most events first.
-- Breakdown: yes
--
-- Parameters
--   $cohort_start   date       first day of the period of the start
--   $cohort_end     date       day after its last one
--   $returns_from   date       first day on which a return counts
--   $returns_until  date       day after the last one
--   $start_events   varchar[]  names that start; empty: any qualifying event
--   $return_events  varchar[]  names that count as return; empty: any qualifying event
--   $is_first_time  boolean    true: nobody who started in an earlier period
--   $min_returns    integer    return events needed; 0: everybody who started
--   $segment_value  varchar    value of the breakdown at the start; 'All users' without one
--
-- Columns
--   segment         varchar    value of the breakdown
--   user_id         varchar    who
--   account_id      varchar    the customer they belong to
--   first_day       date       first day they were ever active
--   last_day        date       last day they were active
--   events          bigint     their return events in that time

with

-- one row per start event, or per active day where any event starts, up to the end of the cohort
start_moments as (
    select
        starts.segment as start_segment,
        starts.user_key,
        starts.day as start_day,
        cast(starts.day as timestamp) as moment_at
    from user_days as starts
    where array_length($start_events) = 0
        and starts.day < $cohort_end
        and (not $is_first_time or starts.prev_day is null)
        and ($is_first_time or starts.day >= $cohort_start)
    union all
    select
        starts.segment as start_segment,
        starts.user_key,
        starts.day as start_day,
        starts.occurred_at as moment_at
    from steps as starts
    where list_contains($start_events, starts.event)
        and starts.day < $cohort_end
        and ($is_first_time or starts.day >= $cohort_start)
),

-- one row per (person, segment): the first start with that value
first_moments as (
    select
        start_segment,
        user_key,
        min(start_day) as first_start_day,
        min(moment_at) as first_at
    from start_moments
    group by start_segment, user_key
),

-- one row per (person, segment), in each person's order
ordered as (
    select
        start_segment,
        user_key,
        first_start_day,
        row_number() over (
            partition by user_key
            order by first_at, start_segment
        ) as place
    from first_moments
),

-- one row per person of the cohort
entries as (
    select
        start_segment as segment,
        user_key
    from ordered
    where place = 1
        and first_start_day >= $cohort_start
        and start_segment = $segment_value
),

-- one row per (person, day) with return events
came_back as (
    select
        user_key,
        events as times
    from user_days
    where array_length($return_events) = 0
        and day >= $returns_from
        and day < $returns_until
    union all
    select
        user_key,
        events as times
    from feature_days
    where list_contains($return_events, event)
        and day >= $returns_from
        and day < $returns_until
),

-- one row per person with returns
returns as (
    select
        user_key,
        cast(sum(times) as bigint) as return_count
    from came_back
    group by user_key
),

-- one row per person of the cohort who came back often enough
counted as (
    select
        entries.segment,
        entries.user_key,
        coalesce(returns.return_count, 0) as event_count
    from entries
    left join returns on returns.user_key = entries.user_key
    where coalesce(returns.return_count, 0) >= $min_returns
)

select
    counted.segment,
    users.user_id,
    users.account_id,
    users.first_day,
    users.last_day,
    counted.event_count as events
from counted
inner join users on users.user_key = counted.user_key
order by events desc, users.user_id
