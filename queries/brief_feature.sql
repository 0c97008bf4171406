-- How often did each event of one feature happen on each day?
--
-- One row per (segment, event, day), oldest first in each.
-- Breakdown: yes
--
-- Parameters
--   $feature     varchar  its name
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   segment      varchar  value of the breakdown
--   event        varchar  its name
--   of_feature   varchar  the feature
--   of_action    varchar  what was done with it; null: not known
--   day          date     local day
--   times        bigint   how often

select
    segment,
    event,
    max(feature) as of_feature,
    max(action) as of_action,
    day,
    cast(sum(events) as bigint) as times
from feature_days
where day >= $start_date
    and day < $end_date
    and feature = $feature
    and is_qualifying
group by segment, event, day
order by segment, event, day
