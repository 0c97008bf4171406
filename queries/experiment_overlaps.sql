-- Does another experiment that ran at the same time change what this one does?
--
-- One row per (other, variant, other_variant), in that order: units in both experiments.
--
-- Parameters
--   $experiment      varchar    its name
--   $started_at      timestamp  its start, UTC; units exposed before are left out
--   $until_at        timestamp  what happens from then on does not count
--   $unit            varchar    user or account
--   $is_everybody    boolean    false: only units that `users` holds, which may be narrowed
--   $metric          varchar    its name; its numerator is added up
--   $is_once         boolean    whether a unit counts at most once
--   $skip_seconds    double     how long after the exposure counting begins
--   $window_seconds  double     how long after it counting ends; units are followed as long
--   $from_day        date       first local day that can matter
--   $to_day          date       last one, excluded
--
-- Columns
--   other            varchar    name of the other experiment
--   variant          varchar    what the units saw in this one
--   other_variant    varchar    what they saw in the other one
--   units            bigint     units in both
--   mean             double     of what each did after the exposure in this one; nothing is 0
--   variance         double     sample variance; null for one unit

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
),

-- one row per event that counts, with seconds since the exposure
things_done as (
    select
        users_of_units.unit_id,
        outcomes.numerator as above,
        m_secs_between(users_of_units.since_at, outcomes.occurred_at) as later_by
    from outcomes
    inner join users_of_units on users_of_units.user_key = outcomes.user_key
    where outcomes.metric = $metric
        and outcomes.day >= $from_day
        and outcomes.day < $to_day
        and outcomes.occurred_at < $until_at
),

-- one row per unit with anything to count
sums as (
    select
        unit_id,
        cast(sum(above) as double) as sum_a
    from things_done
    where later_by >= $skip_seconds
        and later_by < $window_seconds
    group by unit_id
),

-- one row per unit, those with nothing to count included
totals as (
    select
        units_followed.unit_id,
        units_followed.saw,
        case when $is_once then least(coalesce(sums.sum_a, 0), 1) else coalesce(sums.sum_a, 0) end
            as total_a
    from units_followed
    left join sums on sums.unit_id = units_followed.unit_id
),

-- one row per other experiment that ran at the same time
beside as (
    select experiment as beside_name
    from exposures
    where experiment <> $experiment
    group by experiment
    having min(exposed_at) < $until_at
        and max(exposed_at) >= $started_at
),

-- one row per (other experiment, unit) that saw one variant of it
others as (
    select
        exposures.experiment as other_name,
        exposures.unit_id,
        min(exposures.variant) as other_saw
    from exposures
    inner join beside on beside.beside_name = exposures.experiment
    where exposures.exposed_at < $until_at
    group by exposures.experiment, exposures.unit_id
    having count(distinct exposures.variant) = 1
)

select
    others.other_name as other,
    totals.saw as variant,
    others.other_saw as other_variant,
    count(*) as units,
    avg(totals.total_a) as mean,
    var_samp(totals.total_a) as variance
from totals
inner join others on others.unit_id = totals.unit_id
group by others.other_name, totals.saw, others.other_saw
order by other, variant, other_variant
