-- How many requests were served on each day, how many failed, and how long did they take?
--
-- One row per (route, day), oldest first in each.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   route        varchar  what was asked for
--   day          date     local day
--   served       bigint   how many
--   failed       bigint   of those, answered with a status of 500 or above
--   timed        bigint   requests whose duration is known
--   buckets      bigint   sum of their latency buckets; the mean bucket is the mean of logarithms

select
    route,
    day,
    cast(sum(requests) as bigint) as served,
    cast(sum(case when status_class >= 5 then requests else 0 end) as bigint) as failed,
    cast(sum(case when bucket is not null then requests else 0 end) as bigint) as timed,
    cast(sum(coalesce(bucket, 0) * requests) as bigint) as buckets
from request_hours
where day >= $start_date
    and day < $end_date
group by route, day
order by route, day
