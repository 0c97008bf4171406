-- Which features are there?
--
-- One row per (feature), by name.
--
-- Columns
--   feature  varchar  its name

select distinct feature
from feature_days
where feature is not null
order by feature
