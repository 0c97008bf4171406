-- Who paid how much a month, from when to when?
--
-- One row per (account_id, span_number), by account, earliest span first.
-- The segment of an account is the value that most of its people have; of several, the first by
-- name. Accounts without people have none.
-- Breakdown: yes
--
-- Parameters
--   $is_narrowed  boolean    true: only accounts with at least one of the people that are left
--   $is_split     boolean    true: name the segment; false: 'All users'
--
-- Columns
--   segment       varchar    value of the breakdown
--   account_id    varchar    who pays
--   span_number   bigint     1, 2, 3, … within the account
--   started_at    timestamp  first paid moment, UTC
--   ended_at      timestamp  end of what is paid for, UTC; null: it runs
--   mrr           double     recurring revenue a month, in the span's currency
--   plan          varchar    plan
--   currency      varchar    ISO code; null: the workspace's
--   billed_each   varchar    month, quarter or year; null: not known
--   is_trial      boolean    true: nothing is paid yet
--   reason        varchar    why it ended; null: not known, or it runs
--   cancelled_at  timestamp  when the billing system ended it, UTC; null: not known
--   scheduled_at  timestamp  when the customer said so, UTC; null: not known
--   ending        varchar    cancelled, unpaid or paused; null: not known
--   list_mrr      double     recurring revenue a month before discounts; null: not known
--   account_key   varchar    what accounts of one customer share; null: not known

with

-- one row per (account, value of the breakdown), with how many of its people have it
values_of_accounts as (
    select
        coalesce(account_id, user_id) as owner_id,
        segment as people_segment,
        count(*) as people
    from users
    group by coalesce(account_id, user_id), segment
),

-- one row per account with people
owners as (
    select
        owner_id,
        people_segment
    from (
        select
            owner_id,
            people_segment,
            row_number() over (
                partition by owner_id
                order by people desc, people_segment
            ) as place
        from values_of_accounts
    ) as ranked
    where place = 1
)

select
    case when $is_split then coalesce(owners.people_segment, '(not set)') else 'All users' end
        as segment,
    subscriptions.account_id,
    row_number() over (
        partition by subscriptions.account_id
        order by
            subscriptions.started_at,
            subscriptions.ended_at,
            subscriptions.mrr,
            subscriptions.plan,
            subscriptions.currency,
            subscriptions.interval,
            subscriptions.is_trial,
            subscriptions.reason,
            subscriptions.cancelled_at,
            subscriptions.scheduled_at,
            subscriptions.ending,
            subscriptions.list_mrr,
            subscriptions.account_key
    ) as span_number,
    subscriptions.started_at,
    subscriptions.ended_at,
    subscriptions.mrr,
    subscriptions.plan,
    subscriptions.currency,
    subscriptions.interval as billed_each,
    coalesce(subscriptions.is_trial, false) as is_trial,
    subscriptions.reason,
    subscriptions.cancelled_at,
    subscriptions.scheduled_at,
    subscriptions.ending,
    subscriptions.list_mrr,
    subscriptions.account_key
from subscriptions
left join owners on owners.owner_id = subscriptions.account_id
where not $is_narrowed or owners.owner_id is not null
order by subscriptions.account_id, span_number
