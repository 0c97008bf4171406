-- How many units saw each variant of an experiment, on which of its days, and where?
--
-- One row per (dimension, part, day_number, variant), in that order; dimension '' is everybody.
--
-- Parameters
--   $experiment    varchar    its name
--   $started_at    timestamp  its start, UTC; day 0 begins here, and a day has 24 hours
--   $until_at      timestamp  later exposures do not count
--   $unit          varchar    user or account
--   $is_everybody  boolean    false: only units that `users` holds, which may be narrowed
--
-- Columns
--   dimension      varchar    of exposures or users; '' for all units together
--   part           varchar    the dimension's value
--   day_number     bigint     day of the unit's first exposure; below 0: before the start
--   variant        varchar    what it saw; '(several)': more than one variant
--   units          bigint     different units

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
        saw,
        m_int_div(m_secs_between($started_at, since_at), 86400) as on_number
    from first_exposures
),

-- one row per (unit, dimension), and one for the unit itself
units_in_parts as (
    select
        '' as trait,
        'All units' as place,
        on_number,
        saw
    from units_on_days
    union all
    select
        unit_dimensions.dimension as trait,
        unit_dimensions.value as place,
        units_on_days.on_number,
        units_on_days.saw
    from units_on_days
    inner join unit_dimensions on unit_dimensions.unit_id = units_on_days.unit_id
    where unit_dimensions.experiment = $experiment
)

select
    trait as dimension,
    place as part,
    on_number as day_number,
    saw as variant,
    count(*) as units
from units_in_parts
group by trait, place, on_number, saw
order by dimension, part, day_number, variant
