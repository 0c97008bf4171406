-- How many people are active in each local hour of each weekday?
--
-- One row per (weekday, hour), from Monday 0 to 24 o'clock on, all 168.
-- On a day when clocks go forward the skipped hour has nobody; when they go back, the repeated
-- hour counts each person once.
--
-- Parameters
--   $start_date  date    first day, included
--   $end_date    date    last day, excluded
--
-- Columns
--   weekday      bigint  0 is Monday, 6 is Sunday
--   hour         bigint  0 is the local hour from 00:00 to 00:59
--   user_hours   bigint  people active in that hour, added up over the days
--   days         bigint  how many such weekdays the period has

with

-- one row per hour of the day; the calendar serves as a list of numbers
hours_of_day as (
    select
        m_days_between($start_date, day) as hour_number,
        cast(power(2, m_days_between($start_date, day)) as bigint) as hour_bit
    from calendar
    where day >= $start_date
        and day < m_add_days($start_date, 24)
),

-- one row per weekday, with how often the period has it
weekdays as (
    select
        m_days_between(m_trunc_week(calendar.day), calendar.day) as weekday_number,
        cast(sum(case when calendar.day < $end_date then 1 else 0 end) as bigint) as day_count
    from calendar
    where calendar.day >= $start_date
        and (calendar.day < $end_date or calendar.day < m_add_days($start_date, 7))
    group by weekday_number
),

-- one row per (weekday, set of hours in which those people were active)
masks as (
    select
        m_days_between(m_trunc_week(day), day) as active_weekday,
        hours as hour_mask,
        count(*) as people
    from user_days
    where day >= $start_date
        and day < $end_date
    group by active_weekday, hour_mask
),

-- one row per (weekday, hour) with somebody
active as (
    select
        masks.active_weekday,
        hours_of_day.hour_number,
        cast(sum(masks.people) as bigint) as person_hours
    from masks
    cross join hours_of_day
    where m_int_div(masks.hour_mask, hours_of_day.hour_bit) % 2 = 1
    group by masks.active_weekday, hours_of_day.hour_number
)

select
    weekdays.weekday_number as weekday,
    hours_of_day.hour_number as hour,
    coalesce(active.person_hours, 0) as user_hours,
    weekdays.day_count as days
from weekdays
cross join hours_of_day
left join active
    on active.active_weekday = weekdays.weekday_number
    and active.hour_number = hours_of_day.hour_number
order by weekdays.weekday_number, hours_of_day.hour_number
