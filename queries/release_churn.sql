-- How many paying accounts left on each day, of how many?
--
-- One row per (day), oldest first.
--
-- Parameters
--   $start_date  date    first day, included
--   $end_date    date    last day, excluded
--
-- Columns
--   day          date    local day
--   left_them    double  accounts whose last paid span ended on the day
--   paying       double  accounts with a paid span on the day before

with

-- one row per paid span
spans as (
    select
        account_id as account,
        started_at as paid_from,
        ended_at as paid_until
    from subscriptions
    where not coalesce(is_trial, false)
),

-- one row per account that has left for good, as far as is known
leavers as (
    select
        account,
        max(paid_until) as left_at
    from spans
    group by account
    having count(*) = count(paid_until)
),

-- one row per day
lost as (
    select
        calendar.day as left_on,
        count(*) as accounts
    from leavers
    inner join calendar
        on leavers.left_at >= calendar.begins_at
        and leavers.left_at < calendar.ends_at
    group by calendar.day
)

select
    calendar.day,
    cast(coalesce(max(lost.accounts), 0) as double) as left_them,
    cast(count(distinct spans.account) as double) as paying
from calendar
inner join spans
    on spans.paid_from < calendar.begins_at
    and (spans.paid_until is null or spans.paid_until >= calendar.begins_at)
left join lost on lost.left_on = calendar.day
where calendar.day >= $start_date
    and calendar.day < $end_date
group by calendar.day
order by calendar.day
