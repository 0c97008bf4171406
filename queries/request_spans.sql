-- Which routes, versions and platforms have requests, and from when to when?
--
-- One row per (route, app_version, platform), by route.
--
-- Columns
--   route        varchar  what was asked for
--   app_version  varchar  version that served it; null: not known
--   platform     varchar  device or client that asked; null: not known
--   first_day    date     first local day with a request
--   last_day     date     last one
--   requests     bigint   requests served

-- one row per local day of a route, version and platform
with served as (
    select
        route as path,
        app_version as version,
        platform as device,
        day as served_on,
        requests as served
    from request_hours
)

select
    path as route,
    version as app_version,
    device as platform,
    min(served_on) as first_day,
    max(served_on) as last_day,
    cast(sum(served) as bigint) as requests
from served
group by path, version, device
order by path, version, device
