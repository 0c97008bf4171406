-- Who are the newcomers of a feature, and which of them adopted it or gave up?
--
-- One row per (user_id), the quickest first.
-- Newcomers, tries, use days and adopting as in `feature_newcomers.sql`.
--
-- Parameters
--   $entered_from      date       first day of entry, included
--   $entered_until     date       last day of entry, excluded
--   $end_date          date       day after the last one that is looked at
--   $within_days       integer    days after a first try in which somebody may come back
--   $adopted_within    integer    days from entry in which two use days make an adopter
--   $features          varchar[]  the feature
--   $live_since        varchar[]  the first day on which it could be used
--   $tried_by_opening  varchar[]  the feature, if it sends no `started`: to open it is a try
--   $tried_by_any      varchar[]  the feature, if it sends neither: anything but `exposed` is one
--   $without_ends      varchar[]  the feature, if it sends no `completed`: a day with a try is used
--   $fate              varchar    newcomers, adopted, tried_long_ago or tried_once
--
-- Columns
--   user_id            varchar    who
--   account_id         varchar    the customer they belong to
--   entered_on         date       first active day on which it was there
--   first_try          date       first day with a try; null: none
--   adopted_on         date       their second use day; null: none
--   waited_days        bigint     days from entry to adoption, or to the last day looked at

with

-- one row per newcomer
entered as (
    select
        user_key as person_key,
        day as entry_day
    from user_days
    where day >= $entered_from
        and day < $entered_until
        and day >= cast($live_since[1] as date)
        and (prev_day is null or prev_day < cast($live_since[1] as date))
),

-- one row per (newcomer, day) with a try or a use
done as (
    select
        entered.person_key,
        acts.day as done_day,
        max(case
            when acts.action = 'started'
                or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
                or (
                    (acts.action is null or acts.action <> 'exposed')
                    and list_contains($tried_by_any, acts.feature)
                )
                then 1 else 0
        end) as is_try,
        max(case
            when acts.action = 'completed' or list_contains($without_ends, acts.feature)
                then 1 else 0
        end) as is_use
    from feature_days as acts
    inner join entered on entered.person_key = acts.user_key
    where list_contains($features, acts.feature)
        and acts.day >= entered.entry_day
        and acts.day < $end_date
        and (
            acts.action in ('started', 'completed')
            or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
            or (
                (acts.action is null or acts.action <> 'exposed')
                and list_contains($tried_by_any, acts.feature)
            )
        )
    group by entered.person_key, acts.day
),

-- one row per (newcomer, day) with a try or a use, use days numbered, with the next day
numbered as (
    select
        person_key,
        done_day,
        is_try,
        is_use,
        cast(sum(is_use) over (
            partition by person_key order by done_day
            rows between unbounded preceding and current row
        ) as bigint) as uses_so_far,
        lead(done_day) over (partition by person_key order by done_day) as next_day
    from done
),

-- one row per newcomer who tried or used it
doers as (
    select
        person_key as doer_key,
        min(case when is_use = 1 and uses_so_far = 2 then done_day end) as second_use,
        min(case when is_try = 1 then done_day end) as tried_on,
        min(case when is_try = 1 then coalesce(next_day, $end_date) end) as next_after
    from numbered
    group by person_key
),

-- one row per newcomer
told as (
    select
        entered.person_key as newcomer_key,
        entered.entry_day,
        doers.tried_on,
        doers.second_use,
        doers.next_after,
        m_days_between(
            entered.entry_day, coalesce(doers.second_use, m_add_days($end_date, -1))
        ) as days_waited,
        coalesce(m_add_days(doers.tried_on, $within_days) < $end_date, false) as is_long_ago
    from entered
    left join doers on doers.doer_key = entered.person_key
)

select
    users.user_id,
    users.account_id,
    told.entry_day as entered_on,
    told.tried_on as first_try,
    told.second_use as adopted_on,
    cast(told.days_waited as bigint) as waited_days
from told
inner join users on users.user_key = told.newcomer_key
where case $fate
    when 'newcomers' then true
    when 'adopted' then told.second_use is not null and told.days_waited < $adopted_within
    when 'tried_long_ago' then told.is_long_ago
    when 'tried_once' then told.is_long_ago and (
        told.next_after = $end_date
        or told.next_after > m_add_days(told.tried_on, $within_days)
    )
    else false
end
order by waited_days, users.user_id
