-- How many people try each feature in each day, week or month?
--
-- One row per (feature, period_start), by name, oldest first; without a try, no row.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $grain             varchar    day, week or month
--   $features          varchar[]  the features
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--
-- Columns
--   feature            varchar    what was tried
--   period_start       date       first day of the day, week or month
--   users              bigint     different people who tried it in that time

select
    acts.feature,
    case $grain
        when 'week' then calendar.week_start when 'month' then calendar.month_start else acts.day
    end as period_start,
    m_distinct_users(acts.user_key) as users
from feature_days as acts
inner join calendar on calendar.day = acts.day
where acts.day >= $start_date
    and acts.day < $end_date
    -- which passes over the rows of other actions before it looks at any of them
    and (
        acts.action = 'started'
        or array_length($tried_by_opening) > 0
        or array_length($tried_by_any) > 0
    )
    and list_contains($features, acts.feature)
    and (
        acts.action = 'started'
        or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
        or (
            (acts.action is null or acts.action <> 'exposed')
            and list_contains($tried_by_any, acts.feature)
        )
    )
group by acts.feature, period_start
order by acts.feature, period_start
