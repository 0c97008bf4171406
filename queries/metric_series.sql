-- What was a metric of metrics.toml on each day?
--
-- One row per (day), oldest first; a day without a value has no row.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--   $metric      varchar  its name
--
-- Columns
--   day          date     local day
--   numerator    double   what is counted or added up
--   denominator  double   what it is divided by; null: nothing

select
    day,
    numerator,
    denominator
from metric_days
where metric = $metric
    and dimension is null
    and day >= $start_date
    and day < $end_date
order by day
