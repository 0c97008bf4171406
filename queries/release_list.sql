-- Which releases are there, and whom have they reached?
--
-- One row per (release), newest first.
--
-- Columns
--   release           varchar    its name
--   version           varchar    app version that carries it
--   released_at       timestamp  when the first user had it, UTC
--   completed_at      timestamp  when everybody had it, UTC; null: not yet, or not known
--   rollout           varchar    staged, full or flag
--   features          varchar    features it touches, separated by commas
--   title             varchar    what it brings, in a line
--   url               varchar    where to read more
--   owner             varchar    who answers for it
--   reached           bigint     units with a first contact
--   first_reached_at  timestamp  the first of them, UTC
--   last_reached_at   timestamp  the last one, UTC

with

-- one row per release with rollouts
contacts as (
    select
        release as reached_release,
        count(distinct unit_id) as units,
        min(reached_at) as earliest_at,
        max(reached_at) as latest_at
    from rollouts
    group by release
)

select
    releases.release,
    releases.version,
    releases.released_at,
    releases.completed_at,
    releases.rollout,
    releases.features,
    releases.title,
    releases.url,
    releases.owner,
    coalesce(contacts.units, 0) as reached,
    contacts.earliest_at as first_reached_at,
    contacts.latest_at as last_reached_at
from releases
left join contacts on contacts.reached_release = releases.release
order by releases.released_at desc, releases.release
