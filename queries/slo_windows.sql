-- How many requests of an objective were bad in the windows that end with the last request?
--
-- One row per (window_seconds), the shortest first.
-- A table of hourly sums has one stamp an hour: its shortest window is the last hour.
--
-- Parameters
--   $routes    varchar[]  only these routes; empty: all
--   $limit_ms  double      slower than this is bad, milliseconds; 0: only failures are
--
-- Columns
--   window_seconds  integer    length of the window
--   until_at        timestamp  the last request, UTC
--   requests        bigint     requests that count
--   bad             bigint     of these, failed or too slow
--   last_minute     bigint     latest minute of the hour with a request; 0: sums of whole hours

with

-- the one row that says when the data end
latest as (
    select max(occurred_at) as until_at
    from requests
),

-- one row per window
windows as (
    select 300 as window_seconds
    union all
    select 1800 as window_seconds
    union all
    select 3600 as window_seconds
    union all
    select 21600 as window_seconds
    union all
    select 259200 as window_seconds
),

-- one row per request, or sum of them, of the last three days
recent as (
    select
        m_secs_between(requests.occurred_at, latest.until_at) as seconds_ago,
        extract(minute from requests.occurred_at) as minute_of_hour,
        coalesce(requests.count, 1) as served,
        coalesce(requests.status >= 500, false)
            or ($limit_ms > 0 and requests.duration_ms > $limit_ms) as is_bad
    from requests
    cross join latest
    where requests.occurred_at > latest.until_at - interval '3' day
        and (array_length($routes) = 0 or list_contains($routes, requests.route))
        and ($limit_ms = 0 or requests.duration_ms is not null)
)

select
    windows.window_seconds,
    latest.until_at,
    cast(coalesce(sum(recent.served), 0) as bigint) as requests,
    cast(coalesce(sum(case when recent.is_bad then recent.served else 0 end), 0) as bigint) as bad,
    coalesce(cast(max(recent.minute_of_hour) as bigint), 0) as last_minute
from windows
cross join latest
left join recent on recent.seconds_ago < windows.window_seconds
where latest.until_at is not null
group by windows.window_seconds, latest.until_at
order by windows.window_seconds
