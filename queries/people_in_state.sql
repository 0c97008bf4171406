-- Who was active, new, retained, resurrected or dormant in a period?
--
-- One row per (user_id), most events first.
-- Breakdown: yes
--
-- Parameters
--   $period_start    date     first day of the period
--   $period_end      date     day after its last one
--   $previous_start  date     first day of the period before, which ends where this one starts
--   $state           varchar  active, new, retained, resurrected or dormant
--   $segment_value   varchar  value of the breakdown; 'All users' without one
--
-- Columns
--   segment          varchar  value of the breakdown
--   user_id          varchar  who
--   account_id       varchar  the customer they belong to
--   first_day        date     first day they were ever active
--   last_day         date     last day they were active
--   events           bigint   their qualifying events in the period; of the dormant, in the period
--                             before

with

-- one row per person active in this period or in the one before
seen as (
    select
        segment,
        user_key,
        count(*) filter (where day >= $period_start) as active_days,
        min(prev_day) filter (where day >= $period_start) as earliest_prev_day,
        cast(coalesce(sum(events) filter (where day >= $period_start), 0) as bigint) as events_now,
        cast(sum(events) as bigint) as events_of_both
    from user_days
    where day >= $previous_start
        and day < $period_end
        and segment = $segment_value
    group by segment, user_key
),

-- one row per person, with their state
placed as (
    select
        segment,
        user_key,
        case
            when active_days = 0 then 'dormant'
            when coalesce(earliest_prev_day, $period_start) >= $period_start then 'new'
            when earliest_prev_day >= $previous_start then 'retained'
            else 'resurrected'
        end as own_state,
        case when active_days = 0 then events_of_both else events_now end as event_count
    from seen
),

-- one row per person in the state asked for
counted as (
    select
        segment,
        user_key,
        event_count
    from placed
    where own_state = $state
        or ($state = 'active' and own_state <> 'dormant')
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
