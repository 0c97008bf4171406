-- What were the metrics of metrics.toml on each day?
--
-- One row per (metric, day), by metric, oldest first; a day without a value has no row.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   metric       varchar  its name
--   day          date     local day
--   numerator    double   what is counted or added up
--   denominator  double   what it is divided by; null: nothing

select
    metric,
    day,
    numerator,
    denominator
from metric_days
where dimension is null
    and day >= $start_date
    and day < $end_date
order by metric, day
