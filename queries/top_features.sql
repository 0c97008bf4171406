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

-- one row per feature used in the period
uses_now as (
    select
        feature as feature_now,
        m_distinct_users(user_key) as people_now,
        cast(sum(events) as bigint) as times_now,
        max(case when is_qualifying then 1 else 0 end) as qualifies_now
    from feature_days
    where day >= $start_date
        and day < $end_date
        and feature is not null
    group by feature
),

-- one row per feature used in the comparison
uses_before as (
    select
        feature as feature_before,
        m_distinct_users(user_key) as people_before,
        cast(sum(events) as bigint) as times_before,
        max(case when is_qualifying then 1 else 0 end) as qualifies_before
    from feature_days
    where day >= $compared_start
        and day < $compared_end
        and feature is not null
    group by feature
)

select
    coalesce(feature_now, feature_before) as feature,
    coalesce(people_now, 0) as users,
    coalesce(times_now, 0) as events,
    coalesce(people_before, 0) as compared_users,
    coalesce(times_before, 0) as compared_events,
    greatest(coalesce(qualifies_now, 0), coalesce(qualifies_before, 0)) = 1 as is_qualifying
from uses_now
full outer join uses_before on feature_now = feature_before
order by users desc, events desc, feature
