-- Which work items are there, in which state, and for which release?
--
-- One row per (item_key), those due first before those without a date.
--
-- Parameters
--   $until_at     timestamp  the moment looked at, UTC; what was created later is left out
--
-- Columns
--   item_key      varchar    its key
--   item_title    varchar    what it is about; null: nothing is said
--   item_kind     varchar    bug, story, task; null: not known
--   for_release   varchar    the release that it is part of; null: none
--   began_at      timestamp  when work on it started, UTC; null: not yet
--   done_at       timestamp  when it was finished by then, UTC; null: it is open
--   promised_at   timestamp  when it is due, UTC; null: no date

select
    key as item_key,
    title as item_title,
    kind as item_kind,
    release as for_release,
    started_at as began_at,
    case when finished_at <= $until_at then finished_at end as done_at,
    due_at as promised_at
from work_items
where created_at <= $until_at
order by promised_at nulls last, item_key
