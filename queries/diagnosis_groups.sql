-- From which groups of people do a feature's tries come, of those who were shown it?
--
-- One row per (feature, segment), by name.
-- People are those with the last value of the breakdown; one in so many of them is enough, the
-- same people for every feature.
-- Breakdown: yes
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the features, by name
--   $live_since        varchar[]  for each of them, the first day on which it could be used
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--   $one_in            integer    read one in so many people: 1 reads all
--
-- Columns
--   feature  varchar  its name
--   segment  varchar  value of the breakdown
--   shown    bigint   people with an exposure
--   tried    bigint   of those, with a try

with

-- one row per feature
asked as (
    select
        $features[numbered.place] as feature_name,
        cast($live_since[numbered.place] as date) as live_on,
        list_contains($tried_by_opening, $features[numbered.place]) as is_opened,
        list_contains($tried_by_any, $features[numbered.place]) as is_any
    from (select row_number() over (order by day) as place from calendar) as numbered
    where numbered.place <= array_length($features)
),

-- one row per (feature, person) who was shown it
shown_to as (
    select asked.feature_name, steps.user_key as of_user, max(steps.segment) as of_segment
    from steps
    inner join asked on asked.feature_name = steps.feature
    where steps.action = 'exposed'
        and steps.day >= $start_date
        and steps.day < $end_date
        and steps.day >= asked.live_on
        and m_int_div(steps.user_key, $one_in) * $one_in = steps.user_key
    group by asked.feature_name, steps.user_key
),

-- one row per (feature, person) who tried it
tried_by as (
    select asked.feature_name, steps.user_key as by_user
    from steps
    inner join asked on asked.feature_name = steps.feature
    where (steps.action = 'started'
            or (array_length($tried_by_opening) > 0 and steps.action = 'opened')
            or (array_length($tried_by_any) > 0 and coalesce(steps.action, 'none') <> 'exposed'))
        and (steps.action = 'started'
            or (asked.is_opened and steps.action = 'opened')
            or (asked.is_any and coalesce(steps.action, 'none') <> 'exposed'))
        and steps.day >= $start_date
        and steps.day < $end_date
        and steps.day >= asked.live_on
        and m_int_div(steps.user_key, $one_in) * $one_in = steps.user_key
    group by asked.feature_name, steps.user_key
)

select
    shown_to.feature_name as feature,
    shown_to.of_segment as segment,
    count(*) as shown,
    count(tried_by.by_user) as tried
from shown_to
left join tried_by
    on tried_by.feature_name = shown_to.feature_name and tried_by.by_user = shown_to.of_user
group by shown_to.feature_name, shown_to.of_segment
order by feature, segment
