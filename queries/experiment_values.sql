-- Which values did the units of an experiment bring after their exposure, one by one?
--
-- One row per (variant, day_number, part, unit_number, value), in that order: a quantile of all
-- values is read from them, with whose each is.
--
-- Parameters
--   $experiment      varchar    its name
--   $started_at      timestamp  its start, UTC; units exposed before are left out
--   $until_at        timestamp  what happens from then on does not count
--   $unit            varchar    user or account
--   $is_everybody    boolean    false: only units that `users` holds, which may be narrowed
--   $metric          varchar    its name
--   $dimension       varchar    of unit_dimensions; '': none
--   $skip_seconds    double     how long after the exposure counting begins
--   $window_seconds  double     how long after it counting ends; units are followed as long
--   $from_day        date       first local day that can matter
--   $to_day          date       last one, excluded
--
-- Columns
--   variant          varchar    what the unit saw
--   day_number       bigint     day of its first exposure since the start
--   part             varchar    the dimension's value; 'All units' without one
--   unit_number      bigint     tells units apart
--   value            double     of an event
--   times            bigint     how often the unit brought it

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

-- one row per unit with any user, with its day, its part and a number of its own
numbered_units as (
    select
        units_followed.unit_id,
        units_followed.saw,
        units_followed.since_at,
        m_int_div(m_secs_between($started_at, units_followed.since_at), 86400) as on_number,
        max(coalesce(unit_dimensions.value, 'All units')) as place,
        min(users.user_key) as number_of_unit
    from units_followed
    inner join users
        on units_followed.unit_id = case when $unit = 'account' then users.account_id
            else users.user_id end
    left join unit_dimensions
        on unit_dimensions.experiment = $experiment
        and unit_dimensions.dimension = $dimension
        and unit_dimensions.unit_id = units_followed.unit_id
    group by units_followed.unit_id, units_followed.saw, units_followed.since_at
),

-- one row per (unit, user of it)
users_of_units as (
    select
        numbered_units.saw,
        numbered_units.since_at,
        numbered_units.on_number,
        numbered_units.place,
        numbered_units.number_of_unit,
        users.user_key
    from numbered_units
    inner join users
        on numbered_units.unit_id = case when $unit = 'account' then users.account_id
            else users.user_id end
),

-- one row per event that counts, with seconds since the exposure
things_done as (
    select
        users_of_units.saw,
        users_of_units.on_number,
        users_of_units.place,
        users_of_units.number_of_unit,
        outcomes.numerator as worth,
        m_secs_between(users_of_units.since_at, outcomes.occurred_at) as later_by
    from outcomes
    inner join users_of_units on users_of_units.user_key = outcomes.user_key
    where outcomes.metric = $metric
        and outcomes.day >= $from_day
        and outcomes.day < $to_day
        and outcomes.occurred_at < $until_at
)

select
    saw as variant,
    on_number as day_number,
    place as part,
    cast(number_of_unit as bigint) as unit_number,
    worth as value,
    count(*) as times
from things_done
where later_by >= $skip_seconds
    and later_by < $window_seconds
group by saw, on_number, place, number_of_unit, worth
order by variant, day_number, part, unit_number, value
