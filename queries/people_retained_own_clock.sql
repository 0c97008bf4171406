-- Who started in a period, or came back some spans of 24 hours later, by their own clock?
--
-- One row per (user_id), most events first.
-- Breakdown: yes
--
-- Parameters
--   $cohort_start    date       first day of the period of the start
--   $cohort_end      date       day after its last one
--   $interval_days   integer    length of an interval in spans of 24 hours: 1, 7 or 30
--   $first_interval  integer    first interval in which a return counts, at least 1
--   $last_interval   integer    last one
--   $start_events    varchar[]  names that start; empty: any qualifying event
--   $return_events   varchar[]  names that count as return; empty: any qualifying event
--   $is_first_time   boolean    true: nobody who started in an earlier period
--   $min_returns     integer    return events needed; 0: everybody who started
--   $watermark       date       last complete day; later events are not seen
--   $segment_value   varchar    value of the breakdown at the start; 'All users' without one
--
-- Columns
--   segment          varchar    value of the breakdown
--   user_id          varchar    who
--   account_id       varchar    the customer they belong to
--   first_day        date       first day they were ever active
--   last_day         date       last day they were active
--   events           bigint     their return events in that time

with

-- one row per (person, segment) with a start up to the end of the cohort, at the first of them
first_moments as (
    select
        starts.segment as start_segment,
        starts.user_key,
        min(starts.day) as first_start_day,
        min(starts.occurred_at) as start_at
    from steps as starts
    where starts.day < $cohort_end
        and starts.day <= $watermark
        and ($is_first_time or starts.day >= $cohort_start)
        and (
            (array_length($start_events) = 0 and starts.is_qualifying)
            or list_contains($start_events, starts.event)
        )
    group by start_segment, starts.user_key
),

-- one row per (person, segment), in each person's order
ordered as (
    select
        start_segment,
        user_key,
        first_start_day,
        start_at,
        row_number() over (
            partition by user_key
            order by start_at, start_segment
        ) as place
    from first_moments
),

-- one row per person of the cohort
entries as (
    select
        start_segment as segment,
        user_key,
        start_at
    from ordered
    where place = 1
        and first_start_day >= $cohort_start
        and start_segment = $segment_value
),

-- one row per person with returns in the interval
returns as (
    select
        entries.user_key,
        count(*) as return_count
    from entries
    inner join steps as came_back
        on came_back.user_key = entries.user_key
        and came_back.occurred_at > entries.start_at
    where came_back.day <= $watermark
        and came_back.day >= $cohort_start
        and (
            (array_length($return_events) = 0 and came_back.is_qualifying)
            or list_contains($return_events, came_back.event)
        )
        and m_int_div(
            m_secs_between(entries.start_at, came_back.occurred_at), 86400 * $interval_days
        ) between $first_interval and $last_interval
    group by entries.user_key
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
