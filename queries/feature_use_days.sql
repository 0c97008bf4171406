-- How often is each feature used, and do those who adopted it still use it?
--
-- One row per (feature), by name; a feature nobody used in the days looked at has no row.
-- A use day of a person is a local day on which they completed it.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $adopted_from      date       first day on which use counts towards adopting; before the start
--   $recent_from       date       first day of the recent ones, which end with the period
--   $features          varchar[]  the features
--   $without_ends      varchar[]  of them, those without `completed`: a day with a try is a use day
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--
-- Columns
--   feature            varchar    what was used
--   users              bigint     people active in the period who used it in it
--   use_days           bigint     their use days in the period, all together
--   adopters           bigint     people with at least two use days since $adopted_from
--   adopters_recent    bigint     of those, who used it on one of the recent days
--   adopter_use_days   bigint     use days of adopters since $adopted_from, all together
--   adopter_weeks      bigint     weeks since then in which adopters were active, all together

with

-- one row per (feature, person, use day)
used as (
    select
        acts.feature as used_feature,
        acts.user_key as person_key,
        acts.day as use_day
    from feature_days as acts
    where acts.day >= $adopted_from
        and acts.day < $end_date
        -- which passes over the rows of other actions before it looks at any of them
        and (acts.action = 'completed' or array_length($without_ends) > 0)
        and list_contains($features, acts.feature)
        and (
            acts.action = 'completed'
            or (
                list_contains($without_ends, acts.feature)
                and (
                    acts.action = 'started'
                    or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
                    or (
                        (acts.action is null or acts.action <> 'exposed')
                        and list_contains($tried_by_any, acts.feature)
                    )
                )
            )
        )
    group by acts.feature, acts.user_key, acts.day
),

-- one row per (feature, person)
pairs as (
    select
        used_feature,
        person_key,
        count(*) as all_days,
        cast(sum(case when use_day >= $start_date then 1 else 0 end) as bigint) as period_days,
        max(use_day) as last_use
    from used
    group by used_feature, person_key
),

-- one row per person, with the weeks in which they were active
weeks as (
    select
        user_days.user_key as member_key,
        count(distinct calendar.week_start) as active_weeks,
        max(user_days.day) as last_active
    from user_days
    inner join calendar on calendar.day = user_days.day
    where user_days.day >= $adopted_from
        and user_days.day < $end_date
    group by user_days.user_key
)

select
    pairs.used_feature as feature,
    cast(sum(
        case when pairs.period_days > 0 and weeks.last_active >= $start_date then 1 else 0 end
    ) as bigint) as users,
    cast(sum(case when weeks.last_active >= $start_date then pairs.period_days else 0 end)
        as bigint) as use_days,
    cast(sum(case when pairs.all_days >= 2 then 1 else 0 end) as bigint) as adopters,
    cast(sum(
        case when pairs.all_days >= 2 and pairs.last_use >= $recent_from then 1 else 0 end
    ) as bigint) as adopters_recent,
    cast(sum(case when pairs.all_days >= 2 then pairs.all_days else 0 end) as bigint)
        as adopter_use_days,
    cast(sum(case when pairs.all_days >= 2 then coalesce(weeks.active_weeks, 0) else 0 end)
        as bigint) as adopter_weeks
from pairs
left join weeks on weeks.member_key = pairs.person_key
group by pairs.used_feature
order by feature
