-- Do people who use a feature stay more often than equally active people who do not?
--
-- One row per (feature, days_now, days_before), by name.
-- People are those active in the weeks of use. They stay if they are active afterwards. Equally
-- active are people of the same band of active days in the weeks of use and in those before. Who
-- was there in the weeks before those is what use cannot have changed.
--
-- Parameters
--   $start_date        date       first day of the earliest weeks
--   $known_from        date       first day of the weeks before use
--   $use_from          date       first day of the weeks of use
--   $use_until         date       day after their last one: the first on which staying counts
--   $end_date          date       day after the last one on which staying counts
--   $features          varchar[]  the features
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--   $without_ends      varchar[]  of them, those without `completed`: a try is a use
--
-- Columns
--   feature      varchar  its name
--   days_now     bigint   band of active days in the weeks of use: 1, 2, 3 to 4, 5 to 8, 9 or more
--   days_before  bigint   band in the weeks before: 0, 1 to 2, 3 to 6, 7 or more
--   people       bigint   people of these bands
--   kept         bigint   of those, active afterwards
--   earlier      bigint   of those, active in the earliest weeks
--   users        bigint   of the people, who used the feature
--   users_kept   bigint   of the users, active afterwards
--   users_early  bigint   of the users, active in the earliest weeks

with

-- one row per person active in the weeks of use
lives as (
    select
        user_key as person,
        count(case when day >= $use_from and day < $use_until then 1 end) as now_days,
        count(case when day >= $known_from and day < $use_from then 1 end) as known_days,
        max(case when day >= $use_until then 1 else 0 end) as is_kept,
        max(case when day < $known_from then 1 else 0 end) as is_earlier
    from user_days
    where day >= $start_date and day < $end_date
    group by user_key
    having count(case when day >= $use_from and day < $use_until then 1 end) > 0
),

-- one row per person, with the bands
banded as (
    select
        person, is_kept, is_earlier,
        cast(case when now_days <= 2 then now_days when now_days <= 4 then 3
            when now_days <= 8 then 5 else 9 end as bigint) as now_band,
        cast(case when known_days = 0 then 0 when known_days <= 2 then 1
            when known_days <= 6 then 3 else 7 end as bigint) as known_band
    from lives
),

-- one row per pair of bands
strata as (
    select
        now_band, known_band,
        count(*) as all_people,
        cast(sum(is_kept) as bigint) as all_kept,
        cast(sum(is_earlier) as bigint) as all_earlier
    from banded
    group by now_band, known_band
),

-- one row per feature
asked as (
    select $features[numbered.place] as asked_feature
    from (select row_number() over (order by day) as place from calendar) as numbered
    where numbered.place <= array_length($features)
),

-- one row per (feature, person) who used it
used as (
    select feature as used_feature, user_key as used_by
    from feature_days
    where day >= $use_from
        and day < $use_until
        and list_contains($features, feature)
        and case when list_contains($without_ends, feature)
            then coalesce(action, 'none') = 'started'
                or (list_contains($tried_by_opening, feature) and action = 'opened')
                or (list_contains($tried_by_any, feature)
                    and coalesce(action, 'none') <> 'exposed')
            else action = 'completed' end
    group by feature, user_key
),

-- one row per (feature, pair of bands) with a user
counted as (
    select
        used.used_feature, banded.now_band, banded.known_band,
        count(*) as user_count,
        cast(sum(banded.is_kept) as bigint) as user_kept,
        cast(sum(banded.is_earlier) as bigint) as user_earlier
    from used
    inner join banded on banded.person = used.used_by
    group by used.used_feature, banded.now_band, banded.known_band
)

select
    asked.asked_feature as feature,
    strata.now_band as days_now,
    strata.known_band as days_before,
    strata.all_people as people,
    strata.all_kept as kept,
    strata.all_earlier as earlier,
    coalesce(counted.user_count, 0) as users,
    coalesce(counted.user_kept, 0) as users_kept,
    coalesce(counted.user_earlier, 0) as users_early
from asked
cross join strata
left join counted
    on counted.used_feature = asked.asked_feature
    and counted.now_band = strata.now_band
    and counted.known_band = strata.known_band
order by feature, days_now, days_before
