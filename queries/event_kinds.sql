-- Which events are there, and which of them count as activity?
--
-- One row per (event), by name.
--
-- Columns
--   event                 varchar  its name
--   is_counted_as_active  boolean  whether doing it makes somebody active

select
    event,
    bool_or(is_qualifying) as is_counted_as_active
from feature_days
group by event
order by event
