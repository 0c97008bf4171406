-- Since when is each feature used?
--
-- One row per (feature), by name; a feature without an event in these days has no row.
--
-- Parameters
--   $start_date  date       first day, included
--   $end_date    date       last day, excluded
--   $features    varchar[]  the features
--
-- Columns
--   feature      varchar    what was used
--   first_day    date       the first day of these with any event of it

select
    feature,
    min(day) as first_day
from feature_days
where day >= $start_date
    and day < $end_date
    and list_contains($features, feature)
group by feature
order by feature
