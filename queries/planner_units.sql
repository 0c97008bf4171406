-- Who would be in an experiment that had begun lately, and how much does a metric vary for them?
--
-- One row per (cut, day_number), in that order. The row 'all' counts all users who were followed
-- for the whole window; the row 'counted' describes those with anything to count, others have 0.
--
-- Parameters
--   $start_date      date       first local day of the experiment that was none
--   $end_date        date       last one, excluded
--   $watermark       date       last complete day
--   $metric          varchar    its name
--   $is_once         boolean    whether a user counts at most once
--   $cap             double    quantile of users' totals above which they are lowered to it, over
--                              all users followed; 1: none
--   $skip_days       integer    days after the first one at which counting begins
--   $window_days     integer    days, from the first one on, at which it ends
--   $covariate_days  integer    days before the first one that count as earlier
--
-- Columns
--   cut              varchar    'day', 'all' or 'counted'
--   day_number       bigint     day since the start, from 0; null but for 'day'
--   units            bigint     users; for 'day' those first active then
--   mean_a           double     a: what is counted in the window; null but for 'counted'
--   mean_b           double     b: what that is divided by; 0: nothing
--   mean_c           double     c: a before the first day
--   mean_d           double     d: b before the first day
--   var_a            double     sample variance
--   var_b            double     likewise
--   var_c            double     likewise
--   var_d            double     likewise
--   cov_ab           double     sample covariance
--   cov_ac           double     likewise
--   cov_ad           double     likewise
--   cov_bc           double     likewise
--   cov_bd           double     likewise
--   cov_cd           double     likewise

with

-- one row per user who was active, with the first day
first_days as (
    select
        user_key,
        min(day) as since_day
    from user_days
    where day >= $start_date
        and day < $end_date
    group by user_key
),

-- one row per user who was followed for the whole window
users_followed as (
    select
        user_key,
        since_day
    from first_days
    where m_add_days(since_day, $window_days - 1) <= $watermark
),

-- one row per user with anything to count
sums as (
    select
        users_followed.user_key,
        cast(sum(case when outcomes.day >= users_followed.since_day
            then outcomes.numerator else 0 end) as double) as sum_a,
        cast(sum(case when outcomes.day >= users_followed.since_day
            then coalesce(outcomes.denominator, 0) else 0 end) as double) as sum_b,
        cast(sum(case when outcomes.day < users_followed.since_day
            then outcomes.numerator else 0 end) as double) as sum_c,
        cast(sum(case when outcomes.day < users_followed.since_day
            then coalesce(outcomes.denominator, 0) else 0 end) as double) as sum_d
    from outcomes
    inner join users_followed on users_followed.user_key = outcomes.user_key
    where outcomes.metric = $metric
        and outcomes.day >= m_add_days($start_date, -$covariate_days)
        and (
            (
                outcomes.day >= m_add_days(users_followed.since_day, $skip_days)
                and outcomes.day < m_add_days(users_followed.since_day, $window_days)
            )
            or (
                outcomes.day < users_followed.since_day
                and outcomes.day >= m_add_days(users_followed.since_day, -$covariate_days)
            )
        )
    group by users_followed.user_key
),

-- one row, if the metric is capped: its limits (0 or less: there is none)
limits as (
    select
        m_quantile(coalesce(sums.sum_a, 0), $cap) as most_after,
        m_quantile(coalesce(sums.sum_c, 0), $cap) as most_before
    from users_followed
    left join sums on sums.user_key = users_followed.user_key
    where $cap < 1
),

-- one row per user likewise, who counts once where that is asked for, and totals capped
totals as (
    select
        case
            when $is_once then least(sums.sum_a, 1)
            when $cap < 1 and limits.most_after > 0 then least(sums.sum_a, limits.most_after)
            else sums.sum_a
        end as a,
        case when $is_once then least(sums.sum_b, 1) else sums.sum_b end as b,
        case
            when $is_once then least(sums.sum_c, 1)
            when $cap < 1 and limits.most_before > 0 then least(sums.sum_c, limits.most_before)
            else sums.sum_c
        end as c,
        case when $is_once then least(sums.sum_d, 1) else sums.sum_d end as d
    from sums
    cross join limits
),

-- one row per cut
cuts as (
    select
        'counted' as kind, cast(null as bigint) as on_number, count(*) as people,
        avg(a) as m_a, avg(b) as m_b, avg(c) as m_c, avg(d) as m_d,
        var_samp(a) as v_a, var_samp(b) as v_b, var_samp(c) as v_c, var_samp(d) as v_d,
        covar_samp(a, b) as c_ab, covar_samp(a, c) as c_ac, covar_samp(a, d) as c_ad,
        covar_samp(b, c) as c_bc, covar_samp(b, d) as c_bd, covar_samp(c, d) as c_cd
    from totals
    union all
    select
        'all' as kind, cast(null as bigint) as on_number, count(*) as people,
        null, null, null, null, null, null, null, null, null, null, null, null, null, null
    from users_followed
    union all
    select
        'day' as kind,
        cast(m_days_between($start_date, since_day) as bigint) as on_number,
        count(*) as people,
        null, null, null, null, null, null, null, null, null, null, null, null, null, null
    from first_days
    group by m_days_between($start_date, since_day)
)

select
    kind as cut,
    on_number as day_number,
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
    c_cd as cov_cd
from cuts
order by cut, day_number
