-- Of the accounts active in the period, how many have one user of each feature, or several?
--
-- One row per (feature), by name; a feature that no account uses has no row.
-- People who belong to no account are left out.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the features
--   $without_ends      varchar[]  of them, those without `completed`: a day with a try is a use day
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--   $least_users       integer    how many users are several
--
-- Columns
--   feature                varchar  what was used
--   accounts_with_one      bigint  accounts with at least one user of it in the period
--   accounts_with_several  bigint  of those, with at least $least_users
--   users                  bigint  people of these accounts who used it

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
),

-- one row per (feature, account) with a user of it
users_of_accounts as (
    select
        used.used_feature,
        people.customer as using_customer,
        count(*) as feature_people
    from used
    inner join people on people.person_key = used.user_of_feature
    group by used.used_feature, people.customer
)

select
    used_feature as feature,
    count(*) as accounts_with_one,
    cast(sum(case when feature_people >= $least_users then 1 else 0 end) as bigint)
        as accounts_with_several,
    cast(sum(feature_people) as bigint) as users
from users_of_accounts
group by used_feature
order by feature
