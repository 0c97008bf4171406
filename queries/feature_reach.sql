-- How many of those who may use each feature see it, try it, and complete it?
--
-- One row per (feature), by name; those that nobody used as well.
-- Everybody counted was active in the period. A feature that came within it is asked from its own
-- first day on.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the features
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--
-- Columns
--   feature            varchar    what was used
--   eligible           bigint     people who could use it
--   exposed            bigint     of those, who saw it
--   tried              bigint     of those, who tried it
--   exposed_or_tried   bigint     who did one of both, or both
--   completed          bigint     of those eligible, who completed it
--   completed_or_tried bigint     who did either
--   acted              bigint     of those eligible, who did any of its actions
--   actions            bigint     different actions of each of those, all together

with

-- one row per feature
asked as (
    select $features[days.number] as asked_feature
    from (select row_number() over (order by day) as number from calendar) as days
    where days.number <= array_length($features)
),

-- one row per person active in the period
people as (
    select distinct user_key as person_key
    from user_days
    where day >= $start_date
        and day < $end_date
),

-- one row per feature that was used
reached as (
    select
        done.feature as reached_feature,
        m_distinct_users(case when done.is_exposed then done.user_key end) as exposed_people,
        m_distinct_users(case when done.is_try then done.user_key end) as tried_people,
        m_distinct_users(case when done.is_exposed or done.is_try then done.user_key end)
            as either_people,
        m_distinct_users(case when done.is_completed then done.user_key end) as completed_people,
        m_distinct_users(case when done.is_completed or done.is_try then done.user_key end)
            as ended_people,
        m_distinct_users(case when done.is_action then done.user_key end) as acted_people
    from (
        select
            acts.feature,
            acts.user_key,
            acts.action = 'exposed' as is_exposed,
            acts.action = 'completed' as is_completed,
            acts.action is null or acts.action not in ('exposed', 'failed', 'abandoned')
                as is_action,
            acts.action = 'started'
                or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
                or (
                    (acts.action is null or acts.action <> 'exposed')
                    and list_contains($tried_by_any, acts.feature)
                ) as is_try
        from feature_days as acts
        inner join people on people.person_key = acts.user_key
        where acts.day >= $start_date
            and acts.day < $end_date
            and acts.feature is not null
    ) as done
    group by done.feature
),

-- one row per action that was done
actions_done as (
    select
        acts.feature as acted_feature,
        acts.event as done_event,
        m_distinct_users(acts.user_key) as action_people
    from feature_days as acts
    inner join people on people.person_key = acts.user_key
    where acts.day >= $start_date
        and acts.day < $end_date
        and acts.feature is not null
        and (acts.action is null or acts.action not in ('exposed', 'failed', 'abandoned'))
    group by acts.feature, acts.event
),

-- one row per feature with an action
depths as (
    select
        acted_feature,
        cast(sum(action_people) as bigint) as all_actions
    from actions_done
    group by acted_feature
)

select
    asked.asked_feature as feature,
    active.all_people as eligible,
    coalesce(reached.exposed_people, 0) as exposed,
    coalesce(reached.tried_people, 0) as tried,
    coalesce(reached.either_people, 0) as exposed_or_tried,
    coalesce(reached.completed_people, 0) as completed,
    coalesce(reached.ended_people, 0) as completed_or_tried,
    coalesce(reached.acted_people, 0) as acted,
    coalesce(depths.all_actions, 0) as actions
from asked
cross join (select count(*) as all_people from people) as active
left join reached on reached.reached_feature = asked.asked_feature
left join depths on depths.acted_feature = asked.asked_feature
order by feature
