-- On each day, how many people were active that day, in the last 7 days and in the last 28?
--
-- ClickHouse, from the raw events. The quickest of three ways tried: distinct user-days, then one
-- running sum; `uniqExact` over `array join range(28)` gives the same numbers 8 times slower.
with

-- one row per user and active day
user_days as (
    select day, user_id
    from activity
    group by day, user_id
),

-- one row per user and active day, with the days on which the windows begin and end to count them
spans as (
    select
        day,
        lagInFrame(toNullable(day)) over (
            partition by user_id order by day
            rows between unbounded preceding and current row
        ) as prev_day,
        greatest(day, ifNull(prev_day + 7, day)) as joins_week,
        greatest(day, ifNull(prev_day + 28, day)) as joins_month
    from user_days
),

-- one row per day on which some count changes
changes as (
    select
        tupleElement(change, 1) as day,
        sum(tupleElement(change, 2)) as daily,
        sum(tupleElement(change, 3)) as weekly,
        sum(tupleElement(change, 4)) as monthly
    from (
        select arrayJoin([
            (day, 1, 0, 0), (day + 1, -1, 0, 0),
            (joins_week, 0, 1, 0), (day + 7, 0, -1, 0),
            (joins_month, 0, 0, 1), (day + 28, 0, 0, -1)
        ]) as change
        from spans
    )
    group by day
)

select
    day,
    sum(daily) over (order by day) as daily_users,
    sum(weekly) over (order by day) as weekly_users,
    sum(monthly) over (order by day) as monthly_users
from changes
order by day
