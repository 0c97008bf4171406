-- How often was which action of each feature sent?
--
-- One row per (feature, sent), by name.
--
-- Parameters
--   $start_date  date       first day, included
--   $end_date    date       last day, excluded
--   $features    varchar[]  the features
--
-- Columns
--   feature  varchar  its name
--   sent     varchar  the action: exposed, opened, started, completed, failed, abandoned or none
--   times    bigint   how many events

select
    feature,
    coalesce(action, 'none') as sent,
    cast(sum(events) as bigint) as times
from feature_days
where day >= $start_date
    and day < $end_date
    and list_contains($features, feature)
group by feature, sent
order by feature, sent
