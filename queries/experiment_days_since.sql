-- How does what units do after their exposure change from day to day?
--
-- One row per (variant, cut, day_since), in that order, over units that were followed for all of
-- these days. Rows of the cut 'day' describe units that did anything on the day; all others have 0.
--
-- Parameters
--   $experiment    varchar    its name
--   $started_at    timestamp  its start, UTC; units exposed before are left out
--   $until_at      timestamp  what happens from then on does not count
--   $unit          varchar    user or account
--   $is_everybody  boolean    false: only units that `users` holds, which may be narrowed
--   $metric        varchar    its name; its numerator is added up
--   $horizon_days  integer    how many days units are followed, at least 2
--   $from_day      date       first local day that can matter
--   $to_day        date       last one, excluded
--
-- Columns
--   variant        varchar    what the units saw
--   cut            varchar    'units': all units; 'slope': each unit's own; 'day': a day's values
--   day_since      bigint     days of 24 hours since the exposure; null but for 'day'
--   units          bigint     units (but for 'units': those that did anything)
--   mean           double     of their values, or of their slopes by day; null for 'units'
--   variance       double     sample variance; null for one unit and for 'units'
--   mean_total     double     of their values of all days; null but for 'slope'
--   var_total      double     sample variance; likewise
--   cov_total      double     sample covariance of slope and total; likewise

with

-- one row per unit that saw one variant and was followed for all days
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
        and m_secs_between(min(exposed_at), $until_at) >= $horizon_days * 86400
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
),

-- one row per event that counts
things_done as (
    select
        users_of_units.unit_id,
        outcomes.numerator as worth,
        m_int_div(m_secs_between(users_of_units.since_at, outcomes.occurred_at), 86400) as on_number
    from outcomes
    inner join users_of_units on users_of_units.user_key = outcomes.user_key
    where outcomes.metric = $metric
        and outcomes.day >= $from_day
        and outcomes.day < $to_day
        and outcomes.occurred_at < $until_at
),

-- one row per (unit, day) on which it did anything
unit_days as (
    select
        unit_id,
        on_number,
        cast(sum(worth) as double) as day_worth
    from things_done
    where on_number >= 0
        and on_number < $horizon_days
    group by unit_id, on_number
),

-- one row per unit that did anything: least squares of its days on their number
slopes as (
    select
        unit_id,
        cast(sum(
            day_worth * (on_number - ($horizon_days - 1) / cast(2 as double))
            * 12 / (cast($horizon_days as double) * ($horizon_days * $horizon_days - 1))
        ) as double) as slope,
        cast(sum(day_worth) as double) as total
    from unit_days
    group by unit_id
),

-- one row per (variant, cut, day)
cuts as (
    select
        saw,
        'units' as kind,
        cast(null as bigint) as since_number,
        count(*) as people,
        cast(null as double) as average,
        cast(null as double) as spread,
        cast(null as double) as whole,
        cast(null as double) as whole_spread,
        cast(null as double) as together
    from units_followed
    group by saw
    union all
    select
        units_followed.saw,
        'slope' as kind,
        cast(null as bigint) as since_number,
        count(*) as people,
        avg(slopes.slope) as average,
        var_samp(slopes.slope) as spread,
        avg(slopes.total) as whole,
        var_samp(slopes.total) as whole_spread,
        covar_samp(slopes.slope, slopes.total) as together
    from slopes
    inner join units_followed on units_followed.unit_id = slopes.unit_id
    group by units_followed.saw
    union all
    select
        units_followed.saw,
        'day' as kind,
        unit_days.on_number as since_number,
        count(*) as people,
        avg(unit_days.day_worth) as average,
        var_samp(unit_days.day_worth) as spread,
        cast(null as double) as whole,
        cast(null as double) as whole_spread,
        cast(null as double) as together
    from unit_days
    inner join units_followed on units_followed.unit_id = unit_days.unit_id
    group by units_followed.saw, unit_days.on_number
)

select
    saw as variant,
    kind as cut,
    since_number as day_since,
    people as units,
    average as mean,
    spread as variance,
    whole as mean_total,
    whole_spread as var_total,
    together as cov_total
from cuts
order by variant, cut, day_since
