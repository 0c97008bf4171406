-- Who are the people on a rung of a feature's ladder?
--
-- One row per (user_id), most events of the feature first.
-- Rungs are counted as the ladder counts them. A rung that begins with `not` holds those who were
-- on the rung before it and did not reach this one.
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the feature
--   $live_since        varchar[]  the first day on which it could be used
--   $monthly           varchar[]  the feature, if its habit is counted in spans of 28 days, not 7
--   $tried_by_opening  varchar[]  the feature, if it sends no `started`: to open it is a try
--   $tried_by_any      varchar[]  the feature, if it sends neither: anything but `exposed` is one
--   $without_ends      varchar[]  the feature, if it sends no `completed`: a try is a use
--   $with_abandoned    varchar[]  the feature, if it says when an attempt is given up
--   $least_weeks       integer    weeks with a use that make a habit
--   $least_spans       integer    spans of 28 days that do
--   $on_rung           varchar    eligible, exposed, tried, any_try, managed, repeated, habitual,
--                                 or `not ` before one of them
--
-- Columns
--   user_id     varchar  who
--   account_id  varchar  the customer they belong to
--   first_day   date     first day they were ever active
--   last_day    date     last day they were active
--   events      bigint   events of the feature in these days

with

-- one row per event of the feature, and what it counts as
told as (
    select
        user_key as of_user, day as at_day, occurred_at as at_moment,
        coalesce(action, 'none') = 'exposed' as is_shown,
        coalesce(action, 'none') in ('failed', 'abandoned') as is_bad,
        coalesce(action, 'none') = 'started'
            or (list_contains($tried_by_opening, feature) and coalesce(action, 'none') = 'opened')
            or (list_contains($tried_by_any, feature) and coalesce(action, 'none') <> 'exposed')
            as is_try,
        case when list_contains($without_ends, feature)
            then coalesce(action, 'none') = 'started'
                or (list_contains($tried_by_opening, feature)
                    and coalesce(action, 'none') = 'opened')
                or (list_contains($tried_by_any, feature)
                    and coalesce(action, 'none') <> 'exposed')
            else coalesce(action, 'none') = 'completed' end as is_use
    from steps
    where day >= $start_date
        and day < $end_date
        and day >= cast($live_since[1] as date)
        and list_contains($features, feature)
),

-- one row per person who may use the feature
able as (
    select user_key as person
    from user_days
    where day >= $start_date
        and day < $end_date
        and day >= cast($live_since[1] as date)
    group by user_key
),

-- one row per person with an event
lives as (
    select
        of_user,
        count(*) as event_count,
        min(case when is_shown then at_day end) as shown_on,
        min(case when is_try then at_moment end) as tried_at,
        min(case when is_try then at_day end) as tried_on,
        min(case when is_use then at_day end) as first_use_on,
        max(case when is_use then at_day end) as last_use_on,
        count(distinct case when is_use then m_int_div(m_days_between($start_date, at_day), 7) end)
            as use_weeks,
        count(distinct case when is_use then m_int_div(m_days_between($start_date, at_day), 28) end)
            as use_spans
    from told
    group by of_user
),

-- one row per person who tried, and when the visit of the first try began
tries as (
    select lives.of_user, lives.tried_at, lives.tried_on, max(sessions.started_at) as visit_at
    from lives
    left join sessions
        on sessions.user_key = lives.of_user
        and sessions.day >= m_add_days(lives.tried_on, -1)
        and sessions.day <= lives.tried_on
        and sessions.started_at <= lives.tried_at
    where lives.tried_at is not null
    group by lives.of_user, lives.tried_at, lives.tried_on
),

-- one row per person who tried: whether they saw it in that visit, and the ends of the attempt
attempts as (
    select
        tries.of_user, min(tries.tried_at) as began_at, min(tries.tried_on) as began_on,
        max(case when told.is_shown and told.at_moment <= tries.tried_at
            and (told.at_moment >= tries.visit_at
                or (tries.visit_at is null and told.at_day = tries.tried_on))
            then 1 else 0 end) = 1 as is_shown_before,
        min(case when told.is_use and told.at_moment >= tries.tried_at
            then told.at_moment end) as done_at,
        min(case when told.is_bad and told.at_moment >= tries.tried_at
            then told.at_moment end) as bad_at
    from tries
    left join told on told.of_user = tries.of_user
    group by tries.of_user
),

-- one row per person who may use the feature: on which rungs they are
placed as (
    select
        able.person,
        coalesce(lives.event_count, 0) as event_total,
        lives.shown_on is not null as is_exposed,
        attempts.began_at is not null as is_tried,
        coalesce(lives.shown_on < attempts.began_on, false)
            or coalesce(attempts.is_shown_before, false) as is_shown_first,
        coalesce(attempts.done_at <= attempts.bad_at, attempts.done_at is not null)
            and (array_length($with_abandoned) > 0
                or attempts.done_at <= attempts.began_at + interval '30' minute) as is_done,
        attempts.bad_at is not null
            or (array_length($with_abandoned) = 0
                and attempts.began_on < m_add_days($end_date, -1)) as is_over,
        coalesce(lives.last_use_on > lives.first_use_on, false) as is_repeated,
        case when array_length($monthly) > 0 then lives.use_spans >= $least_spans
            else lives.use_weeks >= $least_weeks end as is_regular
    from able
    left join lives on lives.of_user = able.person
    left join attempts on attempts.of_user = able.person
),

-- one row per (person, rung) that they are on
held as (
    select person, event_total, 'eligible' as held_rung from placed
    union all
    select person, event_total, case when is_exposed then 'exposed' else 'not exposed' end
    from placed
    union all
    select
        person, event_total,
        case when is_tried and is_shown_first then 'tried' else 'not tried' end
    from placed where is_exposed
    union all
    select person, event_total, case when is_tried then 'any_try' else 'not any_try' end
    from placed
    union all
    select person, event_total, case when is_done then 'managed' else 'not managed' end
    from placed
    where is_tried
        and array_length($without_ends) = 0
        and array_length($tried_by_any) = 0
        and (coalesce(is_done, false) or is_over)
    union all
    select person, event_total, case when is_repeated then 'repeated' else 'not repeated' end
    from placed where is_tried
    union all
    select person, event_total, case when is_regular then 'habitual' else 'not habitual' end
    from placed where is_tried and is_repeated
)

select
    users.user_id,
    users.account_id,
    users.first_day,
    users.last_day,
    held.event_total as events
from held
inner join users on users.user_key = held.person
where held.held_rung = $on_rung
order by events desc, users.user_id
