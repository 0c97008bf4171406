-- Which units are behind a share of an experiment: those that did it, or those among whom?
--
-- One row per (unit_id), the earliest exposure first.
--
-- Parameters
--   $experiment      varchar    its name
--   $started_at      timestamp  its start, UTC; units exposed before are left out
--   $until_at        timestamp  what happens from then on does not count
--   $unit            varchar    user or account
--   $is_everybody    boolean    false: only units that `users` holds, which may be narrowed
--   $variants        varchar[]  what they saw; empty: anything
--   $metric          varchar    name of a metric for which a unit counts once
--   $is_below        boolean    true: units in the denominator, false: those in the numerator
--   $skip_seconds    double     how long after the exposure counting begins
--   $window_seconds  double     how long after it counting ends; units are followed as long
--   $from_day        date       first local day that can matter
--   $to_day          date       last one, excluded
--
-- Columns
--   unit_id          varchar    user or account
--   variant          varchar    what it saw
--   exposed_at       timestamp  its first exposure, UTC

with

-- one row per unit that saw one variant and was followed for the whole window
units_followed as (
    select
        unit_id,
        min(exposed_at) as since_at,
        min(variant) as saw
    from exposures
    where experiment = $experiment
        and exposed_at < $until_at
        and (
            $is_everybody
            or unit_id in (
                select case when $unit = 'account' then account_id else user_id end from users
            )
        )
    group by unit_id
    having count(distinct variant) = 1
        and min(exposed_at) >= $started_at
        and m_secs_between(min(exposed_at), $until_at) >= $window_seconds
),

-- one row per (unit, user of it)
users_of_units as (
    select
        units_followed.unit_id,
        units_followed.since_at,
        users.user_key
    from units_followed
    inner join users
        on units_followed.unit_id = case when $unit = 'account' then users.account_id
            else users.user_id end
    where array_length($variants) = 0 or list_contains($variants, units_followed.saw)
),

-- one row per event that counts, with seconds since the exposure
things_done as (
    select
        users_of_units.unit_id,
        case when $is_below then outcomes.denominator else outcomes.numerator end as worth,
        m_secs_between(users_of_units.since_at, outcomes.occurred_at) as later_by
    from outcomes
    inner join users_of_units on users_of_units.user_key = outcomes.user_key
    where outcomes.metric = $metric
        and outcomes.day >= $from_day
        and outcomes.day < $to_day
        and outcomes.occurred_at < $until_at
)

select
    units_followed.unit_id,
    units_followed.saw as variant,
    units_followed.since_at as exposed_at
from units_followed
where units_followed.unit_id in (
    select unit_id
    from things_done
    where later_by >= $skip_seconds
        and later_by < $window_seconds
        and worth > 0
)
order by exposed_at, unit_id
