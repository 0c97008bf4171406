-- How many requests of an objective were bad in each hour?
--
-- One row per (hour_at), oldest first; an hour without requests has no row.
-- Of an objective of latency, requests without a known duration do not count.
--
-- Parameters
--   $start_date  date       first local day, included
--   $end_date    date       last local day, excluded
--   $routes      varchar[]  only these routes; empty: all
--   $limit_ms    double     slower than this is bad, milliseconds; 0: only failures are
--
-- Columns
--   hour_at      timestamp  begin of the local hour, UTC
--   requests     bigint     requests that count
--   bad          bigint     of these, failed or too slow

-- one row per hour, status and bucket
with counted as (
    select
        hour_at as began_at,
        requests as served,
        coalesce(status_class = 5, false)
            or ($limit_ms > 0
                and 2 * power(1.01 / 0.99, bucket) / (1.01 / 0.99 + 1) > $limit_ms) as is_bad
    from request_hours
    where day >= $start_date
        and day < $end_date
        and (array_length($routes) = 0 or list_contains($routes, route))
        and ($limit_ms = 0 or bucket is not null)
)

select
    began_at as hour_at,
    cast(sum(served) as bigint) as requests,
    cast(sum(case when is_bad then served else 0 end) as bigint) as bad
from counted
group by began_at
order by began_at
