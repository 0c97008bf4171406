-- What could be a step: which events happened in the period, of which feature, by how many people?
--
-- One row per (event, feature, action), those of most people first.
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   event        varchar  its name
--   feature      varchar  the feature that it is about; null: none
--   action       varchar  what was done with the feature; null: not said
--   users        bigint   different people who did it in the period

select
    event,
    feature,
    action,
    m_distinct_users(user_key) as users
from feature_days
where day >= $start_date
    and day < $end_date
group by event, feature, action
order by users desc, event, feature, action
