-- Of the people first seen in each week, how many were active k weeks later?
--
-- ClickHouse, from the raw events.
with

-- one row per user: the Mondays of their active weeks
users as (
    select user_id, groupUniqArray(toMonday(day)) as weeks
    from activity
    group by user_id
)

select
    arrayMin(weeks) as cohort,
    intDiv(arrayJoin(weeks) - cohort, 7) as age,
    count() as users
from users
group by cohort, age
order by cohort, age
