-- How many paying accounts left on each day, of how many?
--
-- One row per (day), oldest first; days are those of UTC.
--
-- Parameters
--   $start_date  date    first day, included
--   $end_date    date    last day, excluded
--
-- Columns
--   day          date    day
--   left_them    double  accounts whose last paid span ended on the day
--   paying       double  accounts with a paid span on the day before

with

-- one row per paid span
spans as (
    select
        account_id as account,
        cast(started_at as date) as starts_on,
        cast(ended_at as date) as ends_on
    from subscriptions
    where not coalesce(is_trial, false)
),

-- one row per account that has left for good, as far as is known
leavers as (
    select
        account,
        max(ends_on) as left_on
    from spans
    group by account
    having count(*) = count(ends_on)
),

-- one row per day
lost as (
    select
        left_on,
        count(*) as accounts
    from leavers
    group by left_on
)

select
    calendar.day,
    cast(coalesce(max(lost.accounts), 0) as double) as left_them,
    cast(count(distinct spans.account) as double) as paying
from calendar
inner join spans
    on spans.starts_on < calendar.day
    and (spans.ends_on is null or spans.ends_on >= calendar.day)
left join lost on lost.left_on = calendar.day
where calendar.day >= $start_date
    and calendar.day < $end_date
group by calendar.day
order by calendar.day
