-- What did the units of an experiment do after their exposure, and before it, as moments?
--
-- One row per (metric, covariate, cut, variant, day_number, part), in that order. Rows of metric ''
-- count all units of a cut; rows of a metric describe those with anything to count: all others have
-- 0. Rows with a covariate say how a metric goes with another's past, over all units of the cut.
--
-- Parameters
--   $experiment         varchar    its name
--   $started_at         timestamp  its start, UTC; units exposed before are left out
--   $until_at           timestamp  what happens from then on does not count
--   $unit               varchar    user or account
--   $is_everybody       boolean    false: only units that `users` holds, which may be narrowed
--   $metrics            varchar[]  their names
--   $covariates         varchar[]  metrics whose past explains these, too; none of $metrics
--   $once_metrics       varchar[]  of both, those for which a unit counts at most once
--   $cap                double     quantile of units' totals above which they are lowered to it,
--                                  over all units of all variants, idle ones included; 1: none
--   $dimension          varchar    of unit_dimensions, for the cut 'part'; '': none
--   $skip_seconds       double     how long after the exposure counting begins
--   $window_seconds     double     how long after it counting ends
--   $least_seconds      double     units must have been followed so long, or are left out
--   $covariate_seconds  double     how long before the exposure counts as earlier
--   $from_day           date       first local day that can matter
--   $to_day             date       last one, excluded
--
-- Columns
--   metric              varchar    its name; '' for all units
--   covariate           varchar    the metric whose past is x; '': no other
--   cut                 varchar    'all', 'day' or 'part'
--   variant             varchar    what the units saw
--   day_number          bigint     day of the first exposure since the start; null but for 'day'
--   part                varchar    the dimension's value; null but for 'part'
--   units               bigint     units (of a metric: those with anything to count)
--   mean_a              double     a: what is counted or added up after the exposure
--   mean_b              double     b: what that is divided by; 0: nothing
--   mean_c              double     c: a before the exposure
--   mean_d              double     d: b before the exposure
--   var_a               double     sample variance; null for one unit
--   var_b               double     likewise
--   var_c               double     likewise
--   var_d               double     likewise
--   cov_ab              double     sample covariance; null for one unit
--   cov_ac              double     likewise
--   cov_ad              double     likewise
--   cov_bc              double     likewise
--   cov_bd              double     likewise
--   cov_cd              double     likewise
--   skewness_a          double     sample skewness; null below three units or without spread
--   most_a              double     what a is lowered to; null: it is not capped
--   mean_x              double     x: the covariate before the exposure; null without covariate
--   var_x               double     sample variance; likewise
--   cov_ax              double     sample covariance; likewise
--   cov_bx              double     likewise
--   cov_cx              double     likewise
--   cov_dx              double     likewise

with

-- one row per unit that saw one variant, with its first exposure
first_exposures as (
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
),

-- one row per unit that counts
units_followed as (
    select
        first_exposures.unit_id,
        first_exposures.saw,
        first_exposures.since_at,
        m_int_div(m_secs_between($started_at, first_exposures.since_at), 86400) as on_number,
        coalesce(unit_dimensions.value, 'All units') as place
    from first_exposures
    left join unit_dimensions
        on unit_dimensions.experiment = $experiment
        and unit_dimensions.dimension = $dimension
        and unit_dimensions.unit_id = first_exposures.unit_id
    where first_exposures.since_at >= $started_at
        and m_secs_between(first_exposures.since_at, $until_at) >= $least_seconds
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

-- one row per (metric, event that counts), with seconds since the exposure
things_done as (
    select
        outcomes.metric as counted,
        users_of_units.unit_id,
        outcomes.numerator as above,
        coalesce(outcomes.denominator, 0) as below,
        m_secs_between(users_of_units.since_at, outcomes.occurred_at) as later_by
    from outcomes
    inner join users_of_units on users_of_units.user_key = outcomes.user_key
    where (list_contains($metrics, outcomes.metric) or list_contains($covariates, outcomes.metric))
        and outcomes.day >= $from_day
        and outcomes.day < $to_day
        and outcomes.occurred_at < $until_at
),

-- one row per (metric, unit) with anything to count
sums as (
    select
        counted,
        unit_id,
        cast(sum(case when later_by >= $skip_seconds then above else 0 end) as double) as sum_a,
        cast(sum(case when later_by >= $skip_seconds then below else 0 end) as double) as sum_b,
        cast(sum(case when later_by < 0 then above else 0 end) as double) as sum_c,
        cast(sum(case when later_by < 0 then below else 0 end) as double) as sum_d
    from things_done
    where (later_by >= $skip_seconds and later_by < $window_seconds)
        or (later_by < 0 and later_by >= -$covariate_seconds)
    group by counted, unit_id
),

-- one row per metric that is capped or has covariates
counted_metrics as (
    select distinct counted as named
    from sums
    where $cap < 1 or array_length($covariates) > 0
),

-- one row per metric that is capped, with its limits (0 or less: there is none)
limits as (
    select
        counted_metrics.named as limited,
        m_quantile(coalesce(sums.sum_a, 0), $cap) as most_after,
        m_quantile(coalesce(sums.sum_c, 0), $cap) as most_before
    from counted_metrics
    cross join units_followed
    left join sums
        on sums.counted = counted_metrics.named
        and sums.unit_id = units_followed.unit_id
    where $cap < 1
    group by counted_metrics.named
),

-- one row per (metric, unit) likewise, a unit that counts once counting once, and totals capped
totals as (
    select
        sums.counted,
        sums.unit_id,
        case
            when list_contains($once_metrics, sums.counted) then least(sums.sum_a, 1)
            when limits.most_after > 0 then least(sums.sum_a, limits.most_after)
            else sums.sum_a
        end as a,
        case when list_contains($once_metrics, sums.counted) then least(sums.sum_b, 1)
            else sums.sum_b end as b,
        case
            when list_contains($once_metrics, sums.counted) then least(sums.sum_c, 1)
            when limits.most_before > 0 then least(sums.sum_c, limits.most_before)
            else sums.sum_c
        end as c,
        case when list_contains($once_metrics, sums.counted) then least(sums.sum_d, 1)
            else sums.sum_d end as d,
        case when limits.most_after > 0 then limits.most_after end as most
    from sums
    left join limits on limits.limited = sums.counted
),

-- one row per (metric, covariate, unit), of a metric or of another covariate
besides as (
    select
        own_names.named as explained,
        other_names.named as explains,
        units_followed.saw,
        units_followed.on_number,
        units_followed.place,
        coalesce(own.a, 0) as own_a,
        coalesce(own.b, 0) as own_b,
        coalesce(own.c, 0) as own_c,
        coalesce(own.d, 0) as own_d,
        coalesce(other.c, 0) as x
    from counted_metrics as own_names
    inner join counted_metrics as other_names
        on other_names.named <> own_names.named
        and list_contains($covariates, other_names.named)
    cross join units_followed
    left join totals as own
        on own.counted = own_names.named
        and own.unit_id = units_followed.unit_id
    left join totals as other
        on other.counted = other_names.named
        and other.unit_id = units_followed.unit_id
),

-- one row per cut of all units, and per metric and cut of those with anything to count
cuts as (
    select
        '' as described,
        units_followed.saw,
        units_followed.on_number,
        units_followed.place,
        count(*) as people,
        cast(null as double) as m_a, cast(null as double) as m_b,
        cast(null as double) as m_c, cast(null as double) as m_d,
        cast(null as double) as v_a, cast(null as double) as v_b,
        cast(null as double) as v_c, cast(null as double) as v_d,
        cast(null as double) as c_ab, cast(null as double) as c_ac, cast(null as double) as c_ad,
        cast(null as double) as c_bc, cast(null as double) as c_bd, cast(null as double) as c_cd,
        cast(null as double) as s_a, cast(null as double) as limit_a
    from units_followed
    group by grouping sets (
        (units_followed.saw),
        (units_followed.saw, units_followed.on_number),
        (units_followed.saw, units_followed.place)
    )
    union all
    select
        totals.counted as described,
        units_followed.saw,
        units_followed.on_number,
        units_followed.place,
        count(*) as people,
        avg(totals.a) as m_a, avg(totals.b) as m_b, avg(totals.c) as m_c, avg(totals.d) as m_d,
        var_samp(totals.a) as v_a, var_samp(totals.b) as v_b,
        var_samp(totals.c) as v_c, var_samp(totals.d) as v_d,
        covar_samp(totals.a, totals.b) as c_ab,
        covar_samp(totals.a, totals.c) as c_ac,
        covar_samp(totals.a, totals.d) as c_ad,
        covar_samp(totals.b, totals.c) as c_bc,
        covar_samp(totals.b, totals.d) as c_bd,
        covar_samp(totals.c, totals.d) as c_cd,
        skewness(totals.a) as s_a,
        max(totals.most) as limit_a
    from totals
    inner join units_followed on units_followed.unit_id = totals.unit_id
    where list_contains($metrics, totals.counted)
    group by grouping sets (
        (totals.counted, units_followed.saw),
        (totals.counted, units_followed.saw, units_followed.on_number),
        (totals.counted, units_followed.saw, units_followed.place)
    )
),

-- one row per (metric, covariate, cut)
beside_cuts as (
    select
        explained,
        explains,
        saw,
        on_number,
        place,
        count(*) as beside_people,
        avg(x) as m_x,
        var_samp(x) as v_x,
        covar_samp(own_a, x) as c_ax,
        covar_samp(own_b, x) as c_bx,
        covar_samp(own_c, x) as c_cx,
        covar_samp(own_d, x) as c_dx
    from besides
    group by grouping sets (
        (explained, explains, saw),
        (explained, explains, saw, on_number),
        (explained, explains, saw, place)
    )
)

select
    described as metric,
    '' as covariate,
    case when on_number is not null then 'day' when place is not null then 'part' else 'all' end
        as cut,
    saw as variant,
    on_number as day_number,
    place as part,
    people as units,
    m_a as mean_a,
    m_b as mean_b,
    m_c as mean_c,
    m_d as mean_d,
    v_a as var_a,
    v_b as var_b,
    v_c as var_c,
    v_d as var_d,
    c_ab as cov_ab,
    c_ac as cov_ac,
    c_ad as cov_ad,
    c_bc as cov_bc,
    c_bd as cov_bd,
    c_cd as cov_cd,
    case when v_a > 0 then s_a end as skewness_a,
    limit_a as most_a,
    cast(null as double) as mean_x,
    cast(null as double) as var_x,
    cast(null as double) as cov_ax,
    cast(null as double) as cov_bx,
    cast(null as double) as cov_cx,
    cast(null as double) as cov_dx
from cuts
union all
select
    explained as metric,
    explains as covariate,
    case when on_number is not null then 'day' when place is not null then 'part' else 'all' end
        as cut,
    saw as variant,
    on_number as day_number,
    place as part,
    beside_people as units,
    null as mean_a, null as mean_b, null as mean_c, null as mean_d,
    null as var_a, null as var_b, null as var_c, null as var_d,
    null as cov_ab, null as cov_ac, null as cov_ad,
    null as cov_bc, null as cov_bd, null as cov_cd,
    null as skewness_a,
    null as most_a,
    m_x as mean_x,
    v_x as var_x,
    c_ax as cov_ax,
    c_bx as cov_bx,
    c_cx as cov_cx,
    c_dx as cov_dx
from beside_cuts
order by metric, covariate, cut, variant, day_number, part
