-- How much did each account use the product on each day?
--
-- One row per (account_id, day), by account, oldest first; a day without activity has no row.
-- Who belongs to no account is an account of their own.
--
-- Parameters
--   $start_date    date     first day, included
--   $end_date      date     last day, excluded
--
-- Columns
--   account_id     varchar  who pays
--   day            date     the day
--   active_users   bigint   people of the account active on it
--   event_count    bigint   their qualifying events

select
    coalesce(users.account_id, users.user_id) as account_id,
    user_days.day,
    count(*) as active_users,
    cast(sum(user_days.events) as bigint) as event_count
from user_days
inner join users on users.user_key = user_days.user_key
where user_days.day >= $start_date
    and user_days.day < $end_date
group by coalesce(users.account_id, users.user_id), user_days.day
order by account_id, user_days.day
