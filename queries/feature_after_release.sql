-- After a release has reached people, how soon do they try its features?
--
-- One row per (release, feature, waited_days, has_tried), by release and feature, quickest first.
-- Days are spans of 24 hours from the moment at which the release reached somebody. A unit that is
-- no user is an account: the release reached all of its users.
--
-- Parameters
--   $pairs             varchar[]  the releases with their features, as '4.2: reports'
--   $features          varchar[]  the features
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--   $start_date        date       the first day on which one of the releases reached somebody
--   $end_date          date       day after the last one that is looked at
--   $until_at          timestamp  the end of that last day, UTC
--   $most_days         integer    tries after so many days are not seen
--
-- Columns
--   release            varchar    its name
--   feature            varchar    what it brought or changed
--   waited_days        bigint     whole days to the first try, or as long as somebody was followed
--   has_tried          boolean    whether they end with a try
--   people             bigint     how many waited so long

with

-- one row per (release, feature)
asked as (
    select
        releases.release as asked_release,
        named.asked_feature
    from releases
    cross join (
        select $features[days.number] as asked_feature
        from (select row_number() over (order by day) as number from calendar) as days
        where days.number <= array_length($features)
    ) as named
    where list_contains($pairs, concat(releases.release, ': ', named.asked_feature))
),

-- one row per (release, user, way in which it reached them)
contacts as (
    select
        rollouts.release as contact_release,
        users.user_key as contact_key,
        rollouts.reached_at as contact_at
    from rollouts
    inner join users on users.user_id = rollouts.unit_id
    union all
    select
        rollouts.release as contact_release,
        users.user_key as contact_key,
        rollouts.reached_at as contact_at
    from rollouts
    inner join users on users.account_id = rollouts.unit_id
    where rollouts.unit_id not in (select user_id from users)
),

-- one row per (release, user), from the first contact
reached as (
    select
        contact_release,
        contact_key,
        min(contact_at) as first_contact
    from contacts
    where contact_at < $until_at
        and contact_release in (select asked_release from asked)
    group by contact_release, contact_key
),

-- one row per try
tries as (
    select
        feature as tried_feature,
        user_key as trier_key,
        occurred_at as tried_at
    from steps
    where list_contains($features, feature)
        and day >= $start_date
        and day < $end_date
        and (
            action = 'started'
            or (action = 'opened' and list_contains($tried_by_opening, feature))
            or ((action is null or action <> 'exposed') and list_contains($tried_by_any, feature))
        )
),

-- one row per (release, feature, user reached), with the first try after it
firsts as (
    select
        asked.asked_release,
        asked.asked_feature,
        reached.contact_key,
        reached.first_contact,
        min(tries.tried_at) as first_try
    from asked
    inner join reached on reached.contact_release = asked.asked_release
    left join tries
        on tries.tried_feature = asked.asked_feature
        and tries.trier_key = reached.contact_key
        and tries.tried_at >= reached.first_contact
    group by asked.asked_release, asked.asked_feature, reached.contact_key, reached.first_contact
),

-- one row per (release, feature, user reached), followed for so many days at most
waits as (
    select
        asked_release,
        asked_feature,
        coalesce(m_secs_between(first_contact, first_try) < $most_days * 86400.0, false)
            as is_tried,
        m_int_div(
            m_secs_between(first_contact, coalesce(first_try, $until_at)), 86400.0
        ) as whole_days
    from firsts
)

select
    asked_release as release,
    asked_feature as feature,
    case when is_tried or whole_days < $most_days then whole_days else $most_days end
        as waited_days,
    is_tried as has_tried,
    count(*) as people
from waits
group by release, feature, waited_days, has_tried
order by release, feature, waited_days, has_tried
