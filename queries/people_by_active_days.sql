-- Who was active on so many days (weeks, months) of the period?
--
-- One row per (user_id), most events first.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     last day, excluded
--   $grain          varchar  day, week or month: what is counted
--   $min_events     integer  qualifying events a day needs to count as active, at least 1
--   $from_periods   integer  fewest active days (weeks, months)
--   $to_periods     integer  most
--   $segment_value  varchar  value of the breakdown; 'All users' without one
--
-- Columns
--   segment         varchar  value of the breakdown
--   user_id         varchar  who
--   account_id      varchar  the customer they belong to
--   first_day       date     first day they were ever active
--   last_day        date     last day they were active
--   events          bigint   their qualifying events on the days that count

with

-- one row per person with an active day
active as (
    select
        user_days.segment,
        user_days.user_key,
        count(distinct
            case $grain
                when 'week' then calendar.week_start
                when 'month' then calendar.month_start
                else user_days.day
            end
        ) as active_in,
        cast(sum(user_days.events) as bigint) as event_count
    from user_days
    inner join calendar on calendar.day = user_days.day
    where user_days.day >= $start_date
        and user_days.day < $end_date
        and user_days.events >= $min_events
        and user_days.segment = $segment_value
    group by user_days.segment, user_days.user_key
),

-- one row per person with so many
counted as (
    select
        segment,
        user_key,
        event_count
    from active
    where active_in between $from_periods and $to_periods
)

select
    counted.segment,
    users.user_id,
    users.account_id,
    users.first_day,
    users.last_day,
    counted.event_count as events
from counted
inner join users on users.user_key = counted.user_key
order by events desc, users.user_id
