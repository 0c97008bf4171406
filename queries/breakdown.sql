-- Which groups do the active people of a period come from, and how many were they before?
--
-- One row per (segment), most people first. A person with several values is in several groups.
-- Breakdown: yes
--
-- Parameters
--   $start_date      date     first day, included
--   $end_date        date     last day, excluded
--   $compared_start  date     first day of the comparison, included
--   $compared_end    date     its last day, excluded; equal to its first day: no comparison
--
-- Columns
--   segment          varchar  value of the breakdown
--   users            bigint   different people active in the period
--   new_users        bigint   of those, never active (in this group) before the period
--   active_days      bigint   (person, day) pairs with activity in the period
--   events           bigint   qualifying events in the period
--   sessions         bigint   visits that started in the period
--   compared_users   bigint   different people active in the comparison
--   compared_events  bigint   qualifying events in the comparison

with

-- one row per (segment, person and day) of either period
days as (
    select
        segment,
        prev_day,
        events as event_count,
        sessions as session_count,
        day >= $start_date and day < $end_date as is_now,
        day >= $compared_start and day < $compared_end as is_before
    from user_days
    where (day >= $start_date and day < $end_date)
        or (day >= $compared_start and day < $compared_end)
)

select
    segment,
    count(*) filter (where is_now and (prev_day is null or prev_day < $start_date)) as users,
    count(*) filter (where is_now and prev_day is null) as new_users,
    count(*) filter (where is_now) as active_days,
    cast(coalesce(sum(event_count) filter (where is_now), 0) as bigint) as events,
    cast(coalesce(sum(session_count) filter (where is_now), 0) as bigint) as sessions,
    count(*) filter (where is_before and (prev_day is null or prev_day < $compared_start))
        as compared_users,
    cast(coalesce(sum(event_count) filter (where is_before), 0) as bigint) as compared_events
from days
group by segment
order by users desc, segment
