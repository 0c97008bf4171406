-- Which features are used most, and how much were they used before?
--
-- One row per (feature), most people first. Events without a feature are left out.
--
-- Parameters
--   $start_date      date     first day, included
--   $end_date        date     last day, excluded
--   $compared_start  date     first day of the comparison, included
--   $compared_end    date     its last day, excluded; equal to its first day: no comparison
--
-- Columns
--   feature          varchar  what was used
--   users            bigint   different people in the period
--   events           bigint   how often in the period
--   compared_users   bigint   different people in the comparison
--   compared_events  bigint   how often in the comparison
--   is_qualifying    boolean  whether one of its events counts as activity

with

-- one row per (feature, person, day) of either period, and again for finer rows of the roll-up
used_days as (
    select
        feature,
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
        and feature is not null
),

-- one row per (feature, person)
uses as (
    select
        feature,
        user_key,
        cast(coalesce(sum(times) filter (where is_now), 0) as bigint) as times_now,
        cast(coalesce(sum(times) filter (where is_before), 0) as bigint) as times_before,
        max(case when qualifies then 1 else 0 end) as any_qualifies
    from used_days
    group by feature, user_key
)

select
    feature,
    count(*) filter (where times_now > 0) as users,
    cast(sum(times_now) as bigint) as events,
    count(*) filter (where times_before > 0) as compared_users,
    cast(sum(times_before) as bigint) as compared_events,
    max(any_qualifies) = 1 as is_qualifying
from uses
group by feature
order by users desc, events desc, feature
