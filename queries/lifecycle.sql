-- How is each period's base of active people built up, and how many lapsed?
--
-- One row per (segment, period_start), by segment, oldest first.
-- Every period that has a day in the range is counted whole. Who is active is new, retained or
-- resurrected; who was active in the period before and is not in this one is dormant, once.
-- Breakdown: yes
--
-- Parameters
--   $start_date        date     first day, included
--   $end_date          date     last day, excluded
--   $grain             varchar  day, week or month
--   $data_start        date     first day of the data
--   $watermark         date     last complete day
--
-- Columns
--   segment            varchar  value of the breakdown
--   period_start       date     first day of the period
--   period_end         date     day after its last one
--   active_users       bigint   people active in the period
--   new_users          bigint   of those, never active before
--   retained_users     bigint   of those, active in the period before
--   resurrected_users  bigint   of those, active before, but not in the period before
--   dormant_users      bigint   people active in the period before but not in this one; null while
--                               the period is not over
--   is_complete        boolean  false if a day of it is missing or still being loaded: do not
--                               compare

with

-- one row per day, with its period and the one before
period_days as (
    select
        day,
        case $grain when 'week' then week_start when 'month' then month_start else day end
            as starts_on,
        case $grain
            when 'week' then m_add_days(week_start, 7)
            when 'month' then m_trunc_month(m_add_days(month_start, 31))
            else m_add_days(day, 1)
        end as ends_on,
        case $grain
            when 'week' then m_add_days(week_start, -7)
            when 'month' then m_trunc_month(m_add_days(month_start, -1))
            else m_add_days(day, -1)
        end as before_starts_on
    from calendar
),

-- one row: the days that are needed, from the period before the first
reach as (
    select
        min(before_starts_on) as needed_from,
        max(ends_on) as needed_until
    from period_days
    where day >= $start_date
        and day < $end_date
),

-- one row per (segment, day, previous active day of those people)
pairs as (
    select
        segment,
        day,
        prev_day,
        count(*) as people
    from user_days
    where day > m_add_days($start_date, -62)
        and day < m_add_days($end_date, 31)
    group by segment, day, prev_day
),

-- one row per (segment, period) with somebody: each person counts on their first day in it
states as (
    select
        pairs.segment,
        period_days.starts_on,
        cast(sum(pairs.people) as bigint) as active_people,
        cast(sum(case when pairs.prev_day is null then pairs.people else 0 end) as bigint)
            as new_people,
        cast(sum(
            case when pairs.prev_day >= period_days.before_starts_on then pairs.people else 0 end
        ) as bigint) as retained_people,
        cast(sum(
            case when pairs.prev_day < period_days.before_starts_on then pairs.people else 0 end
        ) as bigint) as resurrected_people
    from pairs
    inner join period_days on period_days.day = pairs.day
    where pairs.prev_day is null or pairs.prev_day < period_days.starts_on
    group by pairs.segment, period_days.starts_on
),

-- one row per (segment, period), also without anybody, with the people active in the one before
spine as (
    select
        segments.segment,
        periods.starts_on,
        periods.ends_on,
        coalesce(states.active_people, 0) as active_now,
        coalesce(states.new_people, 0) as new_now,
        coalesce(states.retained_people, 0) as retained_now,
        coalesce(states.resurrected_people, 0) as resurrected_now,
        lag(coalesce(states.active_people, 0)) over (
            partition by segments.segment
            order by periods.starts_on
        ) as active_before
    from (
        select distinct
            period_days.starts_on,
            period_days.ends_on
        from period_days
        inner join reach
            on period_days.day >= reach.needed_from
            and period_days.day < reach.needed_until
    ) as periods
    cross join (select distinct segment from pairs) as segments
    left join states
        on states.segment = segments.segment
        and states.starts_on = periods.starts_on
)

select
    segment,
    starts_on as period_start,
    ends_on as period_end,
    active_now as active_users,
    new_now as new_users,
    retained_now as retained_users,
    resurrected_now as resurrected_users,
    case when ends_on <= m_add_days($watermark, 1) then active_before - retained_now end
        as dormant_users,
    starts_on >= $data_start and ends_on <= m_add_days($watermark, 1) as is_complete
from spine
where ends_on > $start_date
order by segment, starts_on
