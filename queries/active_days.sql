-- How many people were active on exactly, and on at least, 1, 2, 3, … days (weeks, months)?
--
-- One row per (segment, active_periods), by segment, fewest first, up to the number of periods in
-- the range; a number that nobody has is a row of zeros.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     last day, excluded
--   $grain          varchar  day, week or month: what is counted
--   $min_events     integer  qualifying events a day needs to count as active, at least 1
--
-- Columns
--   segment         varchar  value of the breakdown
--   active_periods  bigint   number of different active days (weeks, months)
--   users           bigint   people with exactly so many
--   users_at_least  bigint   people with so many or more

with

-- one row per day of the range, with its period
period_days as (
    select
        day,
        case $grain when 'week' then week_start when 'month' then month_start else day end
            as starts_on
    from calendar
    where day >= $start_date
        and day < $end_date
),

-- one row per (segment, person)
people as (
    select
        user_days.segment,
        user_days.user_key,
        count(distinct period_days.starts_on) as active_in
    from user_days
    inner join period_days on period_days.day = user_days.day
    where user_days.events >= $min_events
        and user_days.day >= $start_date
        and user_days.day < $end_date
    group by user_days.segment, user_days.user_key
),

-- one row per (segment, number of active periods) that somebody has
counts as (
    select
        segment,
        active_in,
        count(*) as people_exactly
    from people
    group by segment, active_in
),

-- one row per number from 1 to the number of periods
numbers as (
    select row_number() over (order by starts_on) as number
    from (select distinct starts_on from period_days) as periods
)

select
    segments.segment,
    numbers.number as active_periods,
    coalesce(counts.people_exactly, 0) as users,
    cast(sum(coalesce(counts.people_exactly, 0)) over (
        partition by segments.segment
        order by numbers.number desc
        rows between unbounded preceding and current row
    ) as bigint) as users_at_least
from numbers
cross join (select distinct segment from counts) as segments
left join counts
    on counts.segment = segments.segment
    and counts.active_in = numbers.number
order by segments.segment, numbers.number
