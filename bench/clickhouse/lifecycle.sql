-- Of the people active in each week, how many were new, retained or resurrected, and how many lapsed?
--
-- ClickHouse, from the raw events.
with

-- one row per user: the Mondays of their active weeks, in order
users as (
    select user_id, arraySort(groupUniqArray(toMonday(day))) as weeks
    from activity
    group by user_id
),

-- one row per user and active week, with the active week before it (1970: none)
user_weeks as (
    select
        arrayJoin(arrayZip(weeks, arrayPushFront(arrayPopBack(weeks), toDate('1970-01-01')))) as pair,
        pair.1 as week,
        pair.2 as week_before
    from users
),

-- one row per week: the people active in it, by the week they were active in before
weeks as (
    select
        week,
        count() as active_users,
        countIf(week_before = toDate('1970-01-01')) as new_users,
        countIf(week_before = week - 7) as retained_users
    from user_weeks
    group by week
)

select
    week,
    new_users,
    retained_users,
    active_users - new_users - retained_users as resurrected_users,
    ifNull(lagInFrame(toNullable(active_users)) over (
        order by week rows between unbounded preceding and current row
    ), 0) - retained_users as dormant_users
from weeks
order by week
