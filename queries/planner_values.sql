-- Which values would users bring who were in an experiment that had begun lately, one by one?
--
-- One row per (user_number, value), in that order; users who brought none have no row.
--
-- Parameters
--   $start_date   date     first local day of the experiment that was none
--   $end_date     date     last one, excluded
--   $watermark    date     last complete day
--   $metric       varchar  its name
--   $window_days  integer  days, from the first one on, at which counting ends
--
-- Columns
--   user_number   bigint   number of the user
--   value         double   of an event
--   times         bigint   how often the user brought it

with

-- one row per user who was active and was followed for the whole window, with the first day
users_followed as (
    select
        user_key,
        min(day) as since_day
    from user_days
    where day >= $start_date
        and day < $end_date
    group by user_key
    having m_add_days(min(day), $window_days - 1) <= $watermark
)

select
    cast(outcomes.user_key as bigint) as user_number,
    outcomes.numerator as value,
    count(*) as times
from outcomes
inner join users_followed on users_followed.user_key = outcomes.user_key
where outcomes.metric = $metric
    and outcomes.day >= users_followed.since_day
    and outcomes.day < m_add_days(users_followed.since_day, $window_days)
group by outcomes.user_key, outcomes.numerator
order by user_number, value
