-- How many requests were served, how many failed, and how long did they take?
--
-- One row per (group_name, starts_on), by group, oldest first.
-- Quantiles are read from histograms that add up, so they are those of all requests of the group
-- and period, within 1 %. Failed requests took their time too and are in them.
--
-- Parameters
--   $start_date   date       first day, included
--   $end_date     date       last day, excluded
--   $grain        varchar    'day', 'week', 'month', or 'whole' for the period as one
--   $group_by     varchar    'route', 'app_version', 'platform', or 'nothing'
--   $routes       varchar[]  only these routes; empty: all
--   $apdex_ms     double     T of the Apdex, milliseconds
--   $share        double     a further quantile, such as 0.999
--   $watermark    date       last complete day of requests
--
-- Columns
--   group_name    varchar  value of what is grouped by; 'All requests' without
--   starts_on     date     first day of the span
--   requests      bigint   requests served
--   failed        bigint   of these, answered with a status of 500 and above
--   timed         bigint   of these, with a known duration
--   p50_ms        double   half of the timed ones took no longer, milliseconds
--   p95_ms        double   95 of 100 took no longer
--   p99_ms        double   99 of 100 took no longer
--   at_share_ms   double   the further quantile
--   satisfied     bigint   timed, not failed, within T
--   tolerating    bigint   timed, not failed, above T, within 4 T
--   days          bigint   days with requests
--   is_complete   boolean  every day of the span is over and all of its requests are there

with

-- one row per day of the period and group, status and bucket
cells as (
    select
        case $group_by
            when 'route' then request_hours.route
            when 'app_version' then coalesce(request_hours.app_version, '(not set)')
            when 'platform' then coalesce(request_hours.platform, '(not set)')
            else 'All requests'
        end as group_name,
        case $grain
            when 'week' then calendar.week_start
            when 'month' then calendar.month_start
            when 'day' then calendar.day
            else $start_date
        end as starts_on,
        request_hours.day as served_on,
        coalesce(request_hours.status_class = 5, false) as is_failed,
        request_hours.bucket as latency_bucket,
        cast(2 * power(1.01 / 0.99, request_hours.bucket) / (1.01 / 0.99 + 1) as double)
            as middle_ms,
        request_hours.requests as served
    from request_hours
    inner join calendar on calendar.day = request_hours.day
    where request_hours.day >= $start_date
        and request_hours.day < $end_date
        and (array_length($routes) = 0 or list_contains($routes, request_hours.route))
),

-- one row per (group, span)
totals as (
    select
        group_name,
        starts_on,
        cast(sum(served) as bigint) as requests,
        cast(sum(case when is_failed then served else 0 end) as bigint) as failed,
        cast(sum(case when latency_bucket is null then 0 else served end) as bigint) as timed,
        cast(sum(case when middle_ms <= $apdex_ms and not is_failed then served else 0 end)
            as bigint) as satisfied,
        cast(sum(case
            when middle_ms > $apdex_ms and middle_ms <= 4 * $apdex_ms and not is_failed then served
            else 0
        end) as bigint) as tolerating,
        count(distinct served_on) as days
    from cells
    group by group_name, starts_on
),

-- one row per (group, span, bucket)
buckets as (
    select
        group_name,
        starts_on,
        latency_bucket,
        middle_ms,
        cast(sum(served) as bigint) as bucket_served
    from cells
    where latency_bucket is not null
    group by group_name, starts_on, latency_bucket, middle_ms
),

-- one row per (group, span, bucket), with how many requests took no longer than its durations
passed as (
    select
        group_name,
        starts_on,
        middle_ms,
        cast(sum(bucket_served) over (
            partition by group_name, starts_on
            order by latency_bucket
            rows between unbounded preceding and current row
        ) as bigint) as no_longer,
        cast(sum(bucket_served) over (partition by group_name, starts_on) as bigint) as timed_all
    from buckets
),

-- one row per (group, span); of n requests a quantile is number floor(q (n - 1)), counted from 0
quantiles as (
    select
        group_name,
        starts_on,
        min(case when no_longer > floor(0.5 * (timed_all - 1)) then middle_ms end) as p50_ms,
        min(case when no_longer > floor(0.95 * (timed_all - 1)) then middle_ms end) as p95_ms,
        min(case when no_longer > floor(0.99 * (timed_all - 1)) then middle_ms end) as p99_ms,
        min(case when no_longer > floor($share * (timed_all - 1)) then middle_ms end)
            as at_share_ms
    from passed
    group by group_name, starts_on
)

select
    totals.group_name,
    totals.starts_on,
    totals.requests,
    totals.failed,
    totals.timed,
    quantiles.p50_ms,
    quantiles.p95_ms,
    quantiles.p99_ms,
    quantiles.at_share_ms,
    totals.satisfied,
    totals.tolerating,
    totals.days,
    case $grain
        when 'week' then totals.starts_on >= $start_date
            and m_add_days(totals.starts_on, 7) <= least($end_date, m_add_days($watermark, 1))
        when 'month' then totals.starts_on >= $start_date
            and m_trunc_month(m_add_days(totals.starts_on, 31))
                <= least($end_date, m_add_days($watermark, 1))
        when 'day' then totals.starts_on <= $watermark
        else $end_date <= m_add_days($watermark, 1)
    end as is_complete
from totals
left join quantiles
    on quantiles.group_name = totals.group_name
    and quantiles.starts_on = totals.starts_on
order by totals.group_name, totals.starts_on
