-- How often were all other features completed on each day?
--
-- One row per (day), oldest first.
--
-- Parameters
--   $start_date  date       first day, included
--   $end_date    date       last day, excluded
--   $touched     varchar[]  features that do not count
--
-- Columns
--   day          date    local day
--   uses         double  completions of other features

select
    day,
    cast(sum(events) as double) as uses
from feature_days
where day >= $start_date
    and day < $end_date
    and feature is not null
    and not list_contains($touched, feature)
    and (action is null or action = 'completed')
group by day
order by day
