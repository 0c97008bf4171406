-- Which releases brought or changed features?
--
-- One row per (release), newest first; those that name no feature have no row.
--
-- Parameters
--   $start_date  date       first day in UTC, included
--   $end_date    date       last day in UTC, excluded
--
-- Columns
--   release      varchar    its name
--   released_at  timestamp  when the first user had it, UTC
--   features     varchar    names of features, between commas
--   title        varchar    what it brings, in a line
--   url          varchar    where to read more

select
    release,
    released_at,
    features,
    title,
    url
from releases
where released_at >= $start_date
    and released_at < $end_date
    and features is not null
order by released_at desc, release
