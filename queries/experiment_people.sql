-- Which units are behind a count of an experiment?
--
-- One row per (unit_id), the earliest exposure first.
--
-- Parameters
--   $experiment        varchar    its name
--   $started_at        timestamp  its start, UTC; day 0 begins here, and a day has 24 hours
--   $until_at          timestamp  later exposures do not count
--   $unit              varchar    user or account
--   $is_everybody      boolean    false: only units that `users` holds, which may be narrowed
--   $variants          varchar[]  what they saw, '(several)' being more than one; empty: anything
--   $from_day_number   bigint     first day of the experiment on which they were exposed first
--   $to_day_number     bigint     last one, excluded; days below 0 are before the start
--   $least_seconds     double     they have been followed so long; 0: any time
--   $dimension         varchar    of unit_dimensions; '': none
--   $part              varchar    the dimension's value
--
-- Columns
--   unit_id            varchar    user or account
--   variant            varchar    what it saw; '(several)': more than one variant
--   exposed_at         timestamp  its first exposure, UTC

with

-- one row per unit, with its first exposure
first_exposures as (
    select
        unit_id,
        min(exposed_at) as since_at,
        case when count(distinct variant) = 1 then min(variant) else '(several)' end as saw
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
),

-- one row per unit, on its day
units_on_days as (
    select
        unit_id,
        since_at,
        saw,
        m_int_div(m_secs_between($started_at, since_at), 86400) as on_number
    from first_exposures
)

select
    units_on_days.unit_id,
    units_on_days.saw as variant,
    units_on_days.since_at as exposed_at
from units_on_days
left join unit_dimensions
    on unit_dimensions.experiment = $experiment
    and unit_dimensions.dimension = $dimension
    and unit_dimensions.unit_id = units_on_days.unit_id
where (array_length($variants) = 0 or list_contains($variants, units_on_days.saw))
    and units_on_days.on_number >= $from_day_number
    and units_on_days.on_number < $to_day_number
    and m_secs_between(units_on_days.since_at, $until_at) >= $least_seconds
    and ($dimension = '' or coalesce(unit_dimensions.value, 'All units') = $part)
order by exposed_at, unit_id
