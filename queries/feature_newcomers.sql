-- How long do people need to adopt a feature once they can use it, and how many give up?
--
-- One row per (feature, waited_days, has_adopted), by feature, the quickest first.
-- Newcomers of a feature: people whose first active day on which it was there lies in the days of
-- entry. They adopt it with their second use day, a local day on which they completed it.
--
-- Parameters
--   $entered_from      date       first day of entry, included
--   $entered_until     date       last day of entry, excluded
--   $end_date          date       day after the last one that is looked at
--   $is_varying        boolean    true: people are narrowed by a value that varies within them
--   $within_days       integer    days after a first try in which somebody may come back
--   $features          varchar[]  the features
--   $live_since        varchar[]  for each of them, the first day on which it could be used
--   $without_ends      varchar[]  of them, those without `completed`: a day with a try is a use day
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--
-- Columns
--   feature            varchar    what was used
--   waited_days        bigint     days from entry to adoption, or to the last day looked at
--   has_adopted        boolean    whether they end with adoption
--   newcomers          bigint     people who waited so long
--   tried              bigint     of those, who tried it
--   tried_long_ago     bigint     of those who tried, whose first try is long enough ago
--   tried_once         bigint     of those, who neither tried nor used it again in the days after

with

-- one row per feature
asked as (
    select
        $features[days.number] as asked_feature,
        cast($live_since[days.number] as date) as live_on
    from (select row_number() over (order by day) as number from calendar) as days
    where days.number <= array_length($features)
),

-- one row per first day on which features were there
lives as (
    select distinct live_on from asked
),

-- one row per (first day of features, person who could use them from a day of entry on)
entered as (
    select
        lives.live_on,
        user_days.user_key as person_key,
        user_days.day as entry_day
    from user_days
    inner join lives
        on user_days.day >= lives.live_on
        and (user_days.prev_day is null or user_days.prev_day < lives.live_on)
    where not $is_varying
        and user_days.day >= $entered_from
        and user_days.day < $entered_until
    union all
    -- the same from rows that need no history of days made anew
    select
        lives.live_on,
        segment_days.user_key as person_key,
        min(segment_days.day) as entry_day
    from segment_days
    inner join lives on segment_days.day >= lives.live_on
    where $is_varying
        and segment_days.day < $entered_until
    group by lives.live_on, segment_days.user_key
    having min(segment_days.day) >= $entered_from
),

-- one row per (feature, newcomer)
pairs as (
    select
        asked.asked_feature,
        entered.person_key,
        entered.entry_day
    from asked
    inner join entered on entered.live_on = asked.live_on
),

-- one row per (feature, person who is a newcomer of some feature, day) with a try or a use
acts_of_days as (
    select
        acts.feature as done_feature,
        acts.user_key as doer_key,
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
    where acts.day >= $entered_from
        and acts.day < $end_date
        and acts.user_key in (select person_key from entered)
        and (
            acts.action in ('started', 'completed')
            or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
            or (
                (acts.action is null or acts.action <> 'exposed')
                and list_contains($tried_by_any, acts.feature)
            )
        )
    group by acts.feature, acts.user_key, acts.day
),

-- one row per (feature, newcomer, day) with a try or a use
done as (
    select
        pairs.asked_feature,
        pairs.person_key,
        acts_of_days.done_day,
        acts_of_days.is_try,
        acts_of_days.is_use
    from acts_of_days
    inner join pairs
        on pairs.asked_feature = acts_of_days.done_feature
        and pairs.person_key = acts_of_days.doer_key
    where acts_of_days.done_day >= pairs.entry_day
),

-- one row per (feature, newcomer, day) with a try or a use, use days numbered, with the next day
numbered as (
    select
        asked_feature,
        person_key,
        done_day,
        is_try,
        is_use,
        cast(sum(is_use) over person_so_far as bigint) as uses_so_far,
        lead(done_day) over (
            partition by asked_feature, person_key order by done_day
        ) as next_day
    from done
    window person_so_far as (
        partition by asked_feature, person_key order by done_day
        rows between unbounded preceding and current row
    )
),

-- one row per (feature, newcomer) who tried or used it
doers as (
    select
        asked_feature,
        person_key,
        min(case when is_use = 1 and uses_so_far = 2 then done_day end) as adopted_on,
        min(case when is_try = 1 then done_day end) as first_try,
        min(case when is_try = 1 then coalesce(next_day, $end_date) end) as next_after_first_try
    from numbered
    group by asked_feature, person_key
),

-- one row per (feature, newcomer)
waits as (
    select
        pairs.asked_feature,
        doers.adopted_on is not null as is_adopter,
        m_days_between(
            pairs.entry_day, coalesce(doers.adopted_on, m_add_days($end_date, -1))
        ) as days_waited,
        case when doers.first_try is not null then 1 else 0 end as is_trier,
        case when m_add_days(doers.first_try, $within_days) < $end_date then 1 else 0 end
            as is_long_ago,
        case
            when m_add_days(doers.first_try, $within_days) < $end_date
                and (
                    doers.next_after_first_try = $end_date
                    or doers.next_after_first_try > m_add_days(doers.first_try, $within_days)
                )
                then 1 else 0
        end as is_once
    from pairs
    left join doers
        on doers.asked_feature = pairs.asked_feature
        and doers.person_key = pairs.person_key
)

select
    asked_feature as feature,
    cast(days_waited as bigint) as waited_days,
    is_adopter as has_adopted,
    count(*) as newcomers,
    cast(sum(is_trier) as bigint) as tried,
    cast(sum(is_long_ago) as bigint) as tried_long_ago,
    cast(sum(is_once) as bigint) as tried_once
from waits
group by feature, waited_days, has_adopted
order by feature, waited_days, has_adopted
