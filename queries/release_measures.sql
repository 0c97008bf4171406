-- What was each measure of use on each day: activity, coming back, and the touched features?
--
-- One row per (segment, measure, day), by segment and measure, oldest first.
-- Measures: active_users; returned (of the active, those active again within 7 days);
-- feature_users (of the active, those who used a touched feature); feature_uses (completions, by
-- active people); feature_failed (failed or abandoned, of the attempts that ended).
-- Breakdown: yes
--
-- Parameters
--   $start_date  date       first day, included
--   $end_date    date       last day, excluded
--   $features    varchar[]  features that the release touches
--
-- Columns
--   segment      varchar  value of the breakdown
--   measure      varchar  one of those above
--   day          date     local day
--   numerator    double   what is counted
--   denominator  double   what it is out of; null: nothing

with

-- one row per (segment, day)
active as (
    select
        segment as place,
        day as active_on,
        count(*) as people
    from user_days
    where day >= $start_date
        and day < $end_date
    group by segment, day
),

-- one row per (segment, day) from which somebody came back within 7 days
returns as (
    select
        segment as back_place,
        prev_day as left_on,
        count(*) as returners
    from user_days
    where prev_day >= $start_date
        and prev_day < $end_date
        and m_days_between(prev_day, day) <= 7
    group by segment, prev_day
),

-- one row per (segment, day) with use of a touched feature
used as (
    select
        segment as use_place,
        day as used_on,
        m_distinct_users(user_key) as use_people,
        cast(sum(case when action is null or action = 'completed' then events else 0 end)
            as double) as uses,
        cast(sum(case when action in ('failed', 'abandoned') then events else 0 end)
            as double) as failures,
        cast(sum(case when action in ('completed', 'failed', 'abandoned') then events else 0 end)
            as double) as ended
    from feature_days
    where day >= $start_date
        and day < $end_date
        and list_contains($features, feature)
        and coalesce(action, '') <> 'exposed'
    group by segment, day
),

-- one row per (segment, measure, day)
measured as (
    select
        place as measured_place,
        'active_users' as measure,
        active_on as measured_on,
        cast(people as double) as numerator,
        cast(null as double) as denominator
    from active
    union all
    select
        active.place as measured_place,
        'returned' as measure,
        active.active_on as measured_on,
        cast(coalesce(returns.returners, 0) as double) as numerator,
        cast(active.people as double) as denominator
    from active
    left join returns
        on returns.back_place = active.place
        and returns.left_on = active.active_on
    union all
    select
        active.place as measured_place,
        'feature_users' as measure,
        active.active_on as measured_on,
        cast(coalesce(used.use_people, 0) as double) as numerator,
        cast(active.people as double) as denominator
    from active
    left join used
        on used.use_place = active.place
        and used.used_on = active.active_on
    where array_length($features) > 0
    union all
    select
        active.place as measured_place,
        'feature_uses' as measure,
        active.active_on as measured_on,
        coalesce(used.uses, 0) as numerator,
        cast(active.people as double) as denominator
    from active
    left join used
        on used.use_place = active.place
        and used.used_on = active.active_on
    where array_length($features) > 0
    union all
    select
        use_place as measured_place,
        'feature_failed' as measure,
        used_on as measured_on,
        failures as numerator,
        ended as denominator
    from used
    where ended > 0
)

select
    measured_place as segment,
    measure,
    measured_on as day,
    numerator,
    denominator
from measured
order by measured_place, measure, measured_on
