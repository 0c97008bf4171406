-- How many accounts were active in the period?
--
-- One row per (segment), by name.
-- Breakdown: yes
--
-- Parameters
--   $start_date  date     first day, included
--   $end_date    date     last day, excluded
--
-- Columns
--   segment      varchar  value of the breakdown
--   accounts     bigint   accounts with somebody active in the period
--   people       bigint   people active in it who belong to one

select
    user_days.segment,
    count(distinct users.account_id) as accounts,
    count(distinct user_days.user_key) as people
from user_days
inner join users on users.user_key = user_days.user_key
where user_days.day >= $start_date
    and user_days.day < $end_date
    and users.account_id is not null
group by user_days.segment
order by user_days.segment
