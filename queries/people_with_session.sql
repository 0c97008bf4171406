-- Who started a visit in the period?
--
-- One row per (user_id), most events first.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     last day, excluded
--   $above_seconds  double   only visits longer than this; a negative number: any
--   $up_to_seconds  double   only visits no longer than this
--   $segment_value  varchar  value of the breakdown; 'All users' without one
--
-- Columns
--   segment         varchar  value of the breakdown
--   user_id         varchar  who
--   account_id      varchar  the customer they belong to
--   first_day       date     first day they were ever active
--   last_day        date     last day they were active
--   events          bigint   events of those visits

with

-- one row per person with such a visit
counted as (
    select
        segment,
        user_key,
        cast(sum(events) as bigint) as event_count
    from sessions
    where day >= $start_date
        and day < $end_date
        and seconds > $above_seconds
        and seconds <= $up_to_seconds
        and segment = $segment_value
    group by segment, user_key
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
