-- How fast and how correct was each route on each day, in one version and in the others?
--
-- One row per (route, is_version, day), by route, the others first, oldest first.
--
-- Parameters
--   $version     varchar  the version
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   route        varchar  what was asked for
--   is_version   boolean  served by the version; false: by any other
--   day          date     local day
--   requests     bigint   requests served
--   failed       bigint   of these, answered with a status of 500 and above
--   p50_ms       double   half of those with a known duration took no longer, milliseconds
--   p95_ms       double   95 of 100 took no longer

with

-- one row per (route, side, day, bucket)
buckets as (
    select
        route as path,
        coalesce(app_version = $version, false) as is_own,
        day as served_on,
        bucket as latency_bucket,
        cast(2 * power(1.01 / 0.99, bucket) / (1.01 / 0.99 + 1) as double) as middle_ms,
        cast(sum(requests) as bigint) as served,
        cast(sum(case when status_class = 5 then requests else 0 end) as bigint) as failures
    from request_hours
    where day >= $start_date
        and day < $end_date
    group by path, is_own, served_on, latency_bucket, middle_ms
),

-- one row per (route, side, day, bucket), with how many took no longer
passed as (
    select
        path,
        is_own,
        served_on,
        middle_ms,
        served,
        failures,
        cast(sum(case when middle_ms is null then 0 else served end) over (
            partition by path, is_own, served_on
            order by latency_bucket nulls first
            rows between unbounded preceding and current row
        ) as bigint) as no_longer,
        cast(sum(case when middle_ms is null then 0 else served end) over (
            partition by path, is_own, served_on
        ) as bigint) as timed
    from buckets
)

select
    path as route,
    is_own as is_version,
    served_on as day,
    cast(sum(served) as bigint) as requests,
    cast(sum(failures) as bigint) as failed,
    min(case when no_longer > floor(0.5 * (timed - 1)) then middle_ms end) as p50_ms,
    min(case when no_longer > floor(0.95 * (timed - 1)) then middle_ms end) as p95_ms
from passed
group by path, is_own, served_on
order by path, is_own, served_on
