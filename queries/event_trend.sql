-- How much are some events used on each day?
--
-- One row per (event, day), by name, oldest first; a day without use is a row of zeros, an event
-- not used in the range at all has no row.
--
-- Parameters
--   $start_date  date       first day, included
--   $end_date    date       last day, excluded
--   $names       varchar[]  the events
--   $watermark   date       last complete day
--
-- Columns
--   event        varchar    what was done
--   day          date       local day
--   users        bigint     different people on the day
--   events       bigint     how often
--   is_complete  boolean    false while the day is still being loaded

with

-- one row per (event, day) with a use
used as (
    select
        event,
        day,
        m_distinct_users(user_key) as people,
        cast(sum(events) as bigint) as times
    from feature_days
    where day >= $start_date
        and day < $end_date
        and list_contains($names, event)
    group by event, day
)

select
    names.event,
    calendar.day,
    coalesce(used.people, 0) as users,
    coalesce(used.times, 0) as events,
    calendar.day <= $watermark as is_complete
from calendar
cross join (select distinct event from used) as names
left join used
    on used.event = names.event
    and used.day = calendar.day
where calendar.day >= $start_date
    and calendar.day < $end_date
order by names.event, calendar.day
