-- Who saw, tried, completed, used or adopted a feature in the period?
--
-- One row per (user_id), most events first.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $adopted_from      date       first day on which use counts towards adopting; before the start
--   $recent_from       date       first day of the recent ones, which end with the period
--   $features          varchar[]  the feature
--   $live_since        varchar[]  the first day on which it could be used
--   $tried_by_opening  varchar[]  the feature, if it sends no `started`: to open it is a try
--   $tried_by_any      varchar[]  the feature, if it sends neither: anything but `exposed` is one
--   $without_ends      varchar[]  the feature, if it sends no `completed`: a day with a try is used
--   $habit_days        integer    how many days a span of the habit has: 7 or 28
--   $least_spans       integer    in how many such spans a use makes a habit
--   $rung              varchar    eligible, exposed, tried, tried_of_exposed, completed, repeated,
--                                 habitual, users, adopters or adopters_recent
--
-- Columns
--   user_id            varchar    who
--   account_id         varchar    the customer they belong to
--   first_day          date       first day they were ever active
--   last_day           date       last day they were active
--   events             bigint     their events of the feature, of adopters since $adopted_from

with

-- one row per person active in the period while the feature was there
able as (
    select
        user_key as able_key,
        max(day) as last_active
    from user_days
    where day >= $start_date
        and day < $end_date
    group by user_key
    having max(day) >= cast($live_since[1] as date)
),

-- one row per event of the feature
acts as (
    select
        done.user_key as actor_key,
        done.day as act_day,
        done.events as times,
        done.action = 'exposed' as is_exposed,
        done.action = 'completed' as is_completed,
        done.action = 'started'
            or (done.action = 'opened' and list_contains($tried_by_opening, done.feature))
            or (
                (done.action is null or done.action <> 'exposed')
                and list_contains($tried_by_any, done.feature)
            ) as is_try
    from feature_days as done
    where list_contains($features, done.feature)
        and done.day >= $adopted_from
        and done.day < $end_date
),

-- one row per (person, day) with an event of the feature
days_of_people as (
    select
        actor_key,
        act_day,
        cast(sum(times) as bigint) as day_times,
        max(case when is_exposed then 1 else 0 end) as was_exposed,
        max(case when is_try then 1 else 0 end) as was_tried,
        max(case when is_completed then 1 else 0 end) as was_completed,
        max(case
            when is_completed or (is_try and array_length($without_ends) > 0) then 1 else 0
        end) as was_used
    from acts
    group by actor_key, act_day
),

-- one row per person with an event of the feature
people as (
    select
        actor_key,
        cast(sum(day_times) as bigint) as all_times,
        cast(sum(case when act_day >= $start_date then day_times else 0 end) as bigint)
            as period_times,
        max(case when act_day >= $start_date then was_exposed else 0 end) = 1 as has_seen,
        max(case when act_day >= $start_date then was_tried else 0 end) = 1 as has_tried,
        max(case when act_day >= $start_date then was_completed else 0 end) = 1 as has_completed,
        max(case when act_day >= $start_date then was_used else 0 end) = 1 as has_used,
        cast(sum(case when act_day >= $start_date then was_used else 0 end) as bigint)
            as period_uses,
        count(distinct case
            when act_day >= $start_date and was_used = 1
                then m_int_div(m_days_between($start_date, act_day), $habit_days)
        end) as use_spans,
        cast(sum(was_used) as bigint) >= 2 as is_adopter,
        max(case when was_used = 1 and act_day >= $recent_from then 1 else 0 end) = 1 as is_recent
    from days_of_people
    group by actor_key
)

select
    users.user_id,
    users.account_id,
    users.first_day,
    users.last_day,
    coalesce(
        case when $rung in ('adopters', 'adopters_recent')
            then people.all_times else people.period_times end,
        0
    ) as events
from users
left join able on able.able_key = users.user_key
left join people on people.actor_key = users.user_key
where case $rung
    when 'eligible' then able.able_key is not null
    when 'exposed' then able.able_key is not null and people.has_seen
    when 'tried' then able.able_key is not null and people.has_tried
    when 'tried_of_exposed' then able.able_key is not null and people.has_tried and people.has_seen
    when 'completed'
        then able.able_key is not null and people.has_tried and people.has_completed
    when 'repeated'
        then able.able_key is not null and people.has_tried and people.period_uses >= 2
    when 'habitual'
        then able.able_key is not null and people.has_tried and people.period_uses >= 2
        and people.use_spans >= $least_spans
    when 'users' then able.last_active is not null and people.has_used
    when 'adopters' then people.is_adopter
    when 'adopters_recent' then people.is_adopter and people.is_recent
    else false
end
order by events desc, users.user_id
