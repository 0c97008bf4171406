-- Which events are used most, and how much were they used before?
--
-- One row per (event), most people first.
--
-- Parameters
--   $start             date     first day, included
--   $end               date     last day, excluded
--   $compared_start    date     first day of the comparison, included
--   $compared_end      date     its last day, excluded; equal to its first day: no comparison
--
-- Columns
--   event              varchar  what was done
--   users              bigint   different people in the period
--   events             bigint   how often in the period
--   compared_users     bigint   different people in the comparison
--   compared_events    bigint   how often in the comparison
--   is_qualifying      boolean  whether it counts as activity

with

-- one row per (event, person) of either period
uses as (
    select
        event,
        user_key,
        cast(coalesce(sum(events) filter (where day >= $start and day < $end), 0) as bigint)
            as times_now,
        cast(coalesce(
            sum(events) filter (where day >= $compared_start and day < $compared_end), 0
        ) as bigint) as times_before,
        max(case when is_qualifying then 1 else 0 end) as qualifies
    from feature_days
    where ((day >= $start and day < $end) or (day >= $compared_start and day < $compared_end))
    group by event, user_key
)

select
    event,
    count(*) filter (where times_now > 0) as users,
    cast(sum(times_now) as bigint) as events,
    count(*) filter (where times_before > 0) as compared_users,
    cast(sum(times_before) as bigint) as compared_events,
    max(qualifies) = 1 as is_qualifying
from uses
group by event
order by users desc, events desc, event
