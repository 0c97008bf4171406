-- Which releases came out in the period?
--
-- One row per (release), newest first.
--
-- Parameters
--   $start_date  date       first day in UTC, included
--   $end_date    date       last day in UTC, excluded
--
-- Columns
--   release      varchar    its name
--   released_at  timestamp  when the first user had it, UTC
--   version      varchar    app version that carries it
--   rollout      varchar    staged, full or flag
--   title        varchar    what it brings, in a line
--   url          varchar    where to read more

select
    release,
    released_at,
    version,
    rollout,
    title,
    url
from releases
where released_at >= $start_date
    and released_at < $end_date
order by released_at desc, release
