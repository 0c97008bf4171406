-- Of the people active in one interval of days, how many are silent throughout the next?
--
-- One row per (segment, interval_start), by segment, oldest first.
-- Intervals have one length, and the last one ends with the range; only whole ones are there.
-- Breakdown: yes
--
-- Parameters
--   $end_date          date     day after the last interval
--   $interval_days     integer  length of an interval, at least 1
--   $data_start        date     first day of the data
--
-- Columns
--   segment            varchar  value of the breakdown
--   interval_start     date     first day of the interval
--   interval_end       date     day after its last one
--   active_before      bigint   people active in the interval before; null: that is not in the data
--   active_users       bigint   people active in this one
--   new_users          bigint   of those, never active before
--   retained_users     bigint   of those, active in the interval before
--   resurrected_users  bigint   of those, active before, but not in the interval before
--   dormant_users      bigint   people active in the interval before and silent in this one; null
--                               with active_before

with

-- one row per whole interval, numbered back from the last one
intervals as (
    select
        back,
        m_add_days($end_date, -(back + 1) * $interval_days) as starts_on,
        m_add_days($end_date, -back * $interval_days) as ends_on
    from (
        select distinct m_int_div(m_days_between(day, $end_date) - 1, $interval_days) as back
        from calendar
        where day >= $data_start
            and day < $end_date
    ) as numbers
    where m_add_days($end_date, -(back + 1) * $interval_days) >= $data_start
),

-- one row per (segment, active day, previous active day of those people)
pairs as (
    select
        segment,
        m_int_div(m_days_between(day, $end_date) - 1, $interval_days) as back_now,
        m_int_div(m_days_between(prev_day, $end_date) - 1, $interval_days) as back_then,
        count(*) as people
    from user_days
    where day < $end_date
    group by segment, day, prev_day
),

-- one row per (segment, interval) with somebody: each person counts on their first day in it
states as (
    select
        segment,
        back_now,
        cast(sum(people) as bigint) as active_people,
        cast(sum(case when back_then is null then people else 0 end) as bigint) as new_people,
        cast(sum(case when back_then = back_now + 1 then people else 0 end) as bigint)
            as retained_people,
        cast(sum(case when back_then > back_now + 1 then people else 0 end) as bigint)
            as resurrected_people
    from pairs
    where back_then is null or back_then > back_now
    group by segment, back_now
),

-- one row per (segment, interval), also without anybody, with the people active in the one before
spine as (
    select
        segments.segment,
        intervals.starts_on,
        intervals.ends_on,
        coalesce(states.active_people, 0) as active_now,
        coalesce(states.new_people, 0) as new_now,
        coalesce(states.retained_people, 0) as retained_now,
        coalesce(states.resurrected_people, 0) as resurrected_now,
        lag(coalesce(states.active_people, 0)) over (
            partition by segments.segment
            order by intervals.starts_on
        ) as earlier
    from intervals
    cross join (select distinct segment from states) as segments
    left join states
        on states.segment = segments.segment
        and states.back_now = intervals.back
)

select
    segment,
    starts_on as interval_start,
    ends_on as interval_end,
    earlier as active_before,
    active_now as active_users,
    new_now as new_users,
    retained_now as retained_users,
    resurrected_now as resurrected_users,
    earlier - retained_now as dormant_users
from spine
order by segment, interval_start
