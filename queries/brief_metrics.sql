-- What was every metric of metrics.toml on each day, for everybody and by each dimension?
--
-- One row per (metric, dimension, value, day), everybody's first, oldest first.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   metric       varchar  its name
--   dimension    varchar  what it is broken down by; null: everybody
--   value        varchar  the dimension's value; null: everybody
--   day          date     local day
--   numerator    double   what is counted or added up
--   denominator  double   what it is divided by; null: nothing

select
    metric,
    dimension,
    value,
    day,
    numerator,
    denominator
from metric_days
where day >= $start_date
    and day < $end_date
order by metric, dimension nulls first, value nulls first, day
