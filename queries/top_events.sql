-- Which events are used most, and how much were they used before?
--
-- One row per (event), most people first.
--
-- Parameters
--   $start_date      date     first day, included
--   $end_date        date     last day, excluded
--   $compared_start  date     first day of the comparison, included
--   $compared_end    date     its last day, excluded; equal to its first day: no comparison
--
-- Columns
--   event            varchar  what was done
--   users            bigint   different people in the period
--   events           bigint   how often in the period
--   compared_users   bigint   different people in the comparison
--   compared_events  bigint   how often in the comparison
--   is_qualifying    boolean  whether it counts as activity

with

-- one row per (event, person, day) of either period, and again for finer rows of the roll-up
used_days as (
    select
        event,
        user_key,
        events as times,
        is_qualifying as qualifies,
        day >= $start_date and day < $end_date as is_now,
        day >= $compared_start and day < $compared_end as is_before
    from feature_days
    where (
        (day >= $start_date and day < $end_date)
        or (day >= $compared_start and day < $compared_end)
    )
),

-- one row per (event, person)
uses as (
    select
        event,
        user_key,
        cast(coalesce(sum(times) filter (where is_now), 0) as bigint) as times_now,
        cast(coalesce(sum(times) filter (where is_before), 0) as bigint) as times_before,
        max(case when qualifies then 1 else 0 end) as any_qualifies
    from used_days
    group by event, user_key
)

select
    event,
    count(*) filter (where times_now > 0) as users,
    cast(sum(times_now) as bigint) as events,
    count(*) filter (where times_before > 0) as compared_users,
    cast(sum(times_before) as bigint) as compared_events,
    max(any_qualifies) = 1 as is_qualifying
from uses
group by event
order by users desc, events desc, event
