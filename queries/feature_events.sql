-- Which events does each feature send, and what do they say was done?
--
-- One row per (event, feature, action), by feature.
--
-- Columns
--   event     varchar  its name
--   feature   varchar  what was used
--   action    varchar  exposed, opened, started, completed, failed or abandoned; null: not told

select distinct
    event,
    feature,
    action
from feature_days
where feature is not null
order by feature, event, action
