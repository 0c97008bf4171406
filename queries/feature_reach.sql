-- How many of those who may use each feature see it, try it, and complete it?
--
-- One row per (feature), by name; those that nobody used as well.
-- Everybody counted was active in the period while the feature was there.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the features
--   $since             varchar[]  for each of them, the first day on which it could be used
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
    select
        $features[days.number] as asked_feature,
        cast($since[days.number] as date) as live_on
    from (select row_number() over (order by day) as number from calendar) as days
    where days.number <= array_length($features)
),

-- one row per person active in the period
people as (
    select
        user_key as person_key,
        max(day) as last_active
    from user_days
    where day >= $start_date
        and day < $end_date
    group by user_key
),

-- one row per feature, with those who could use it
able as (
    select
        asked.asked_feature,
        cast(sum(ended.count_of_people) as bigint) as able_people
    from asked
    inner join (
        select last_active, count(*) as count_of_people from people group by last_active
    ) as ended on ended.last_active >= asked.live_on
    group by asked.asked_feature
),

-- one row per event of somebody who could use the feature
done as (
    select
        asked.asked_feature,
        acts.event as done_event,
        people.person_key,
        acts.action = 'exposed' as is_exposed,
        acts.action = 'completed' as is_completed,
        acts.action is null or acts.action not in ('exposed', 'failed', 'abandoned') as is_action,
        acts.action = 'started'
            or (acts.action = 'opened' and list_contains($tried_by_opening, acts.feature))
            or (
                (acts.action is null or acts.action <> 'exposed')
                and list_contains($tried_by_any, acts.feature)
            ) as is_try
    from feature_days as acts
    inner join asked on asked.asked_feature = acts.feature
    inner join people on people.person_key = acts.user_key
    where acts.day >= $start_date
        and acts.day < $end_date
        and people.last_active >= asked.live_on
),

-- one row per feature that was used
reached as (
    select
        asked_feature,
        m_distinct_users(case when is_exposed then person_key end) as exposed_people,
        m_distinct_users(case when is_try then person_key end) as tried_people,
        m_distinct_users(case when is_exposed or is_try then person_key end) as either_people,
        m_distinct_users(case when is_completed then person_key end) as completed_people,
        m_distinct_users(case when is_completed or is_try then person_key end) as ended_people,
        m_distinct_users(case when is_action then person_key end) as acted_people
    from done
    group by asked_feature
),

-- one row per action that was done
actions_done as (
    select
        asked_feature,
        done_event,
        m_distinct_users(person_key) as action_people
    from done
    where is_action
    group by asked_feature, done_event
),

-- one row per feature with an action
depths as (
    select
        asked_feature,
        cast(sum(action_people) as bigint) as all_actions
    from actions_done
    group by asked_feature
)

select
    asked.asked_feature as feature,
    coalesce(able.able_people, 0) as eligible,
    coalesce(reached.exposed_people, 0) as exposed,
    coalesce(reached.tried_people, 0) as tried,
    coalesce(reached.either_people, 0) as exposed_or_tried,
    coalesce(reached.completed_people, 0) as completed,
    coalesce(reached.ended_people, 0) as completed_or_tried,
    coalesce(reached.acted_people, 0) as acted,
    coalesce(depths.all_actions, 0) as actions
from asked
left join able on able.asked_feature = asked.asked_feature
left join reached on reached.asked_feature = asked.asked_feature
left join depths on depths.asked_feature = asked.asked_feature
order by feature
