-- How many events and people does each day of the data have?
--
-- One row per (day), oldest first; a day without events is a row of zeros.
--
-- Parameters
--   $start_date   date    first day, included
--   $end_date     date    last day, excluded
--
-- Columns
--   day           date    local day
--   events        bigint  all events, also those that do not qualify as activity
--   active_users  bigint  different people with a qualifying event

with

-- one row per day with an event that does not qualify: the others are counted in user_days
unqualified as (
    select
        day,
        cast(sum(events) as bigint) as other_events
    from feature_days
    where not is_qualifying
        and day >= $start_date
        and day < $end_date
    group by day
),

-- one row per day with somebody active
active as (
    select
        day,
        count(*) as people,
        cast(sum(events) as bigint) as qualified_events
    from user_days
    where day >= $start_date
        and day < $end_date
    group by day
)

select
    calendar.day,
    coalesce(active.qualified_events, 0) + coalesce(unqualified.other_events, 0) as events,
    coalesce(active.people, 0) as active_users
from calendar
left join unqualified on unqualified.day = calendar.day
left join active on active.day = calendar.day
where calendar.day >= $start_date
    and calendar.day < $end_date
order by calendar.day
