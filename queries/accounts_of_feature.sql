-- Which accounts have users of a feature, and how many?
--
-- One row per (feature, account_id), by feature, most users first.
-- People who belong to no account are left out.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the features
--   $without_ends      varchar[]  of them, those without `completed`: a day with a try is a use day
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--
-- Columns
--   feature            varchar    what was used
--   account_id         varchar    the customer
--   active_users       bigint     people of the account active in the period
--   feature_users      bigint     of those, who used the feature in it

with

-- one row per person active in the period who belongs to an account
people as (
    select distinct
        user_days.user_key as person_key,
        users.account_id as customer
    from user_days
    inner join users on users.user_key = user_days.user_key
    where user_days.day >= $start_date
        and user_days.day < $end_date
        and users.account_id is not null
),

-- one row per account
accounts as (
    select
        customer as active_customer,
        count(*) as active_people
    from people
    group by customer
),

-- one row per (feature, person) who used it
used as (
    select distinct
        acts.feature as used_feature,
        acts.user_key as user_of_feature
    from feature_days as acts
    where acts.day >= $start_date
        and acts.day < $end_date
        and list_contains($features, acts.feature)
        and (
            acts.action = 'completed'
            or (
                list_contains($without_ends, acts.feature)
                and (
                    acts.action = 'started'
                    or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
                    or (
                        (acts.action is null or acts.action <> 'exposed')
                        and list_contains($tried_by_any, acts.feature)
                    )
                )
            )
        )
)

select
    used.used_feature as feature,
    people.customer as account_id,
    accounts.active_people as active_users,
    count(*) as feature_users
from used
inner join people on people.person_key = used.user_of_feature
inner join accounts on accounts.active_customer = people.customer
group by used.used_feature, people.customer, accounts.active_people
order by feature, feature_users desc, account_id
