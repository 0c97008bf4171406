-- How far do people get with a feature: from those who may use it to those with the habit?
--
-- One row per (segment), most eligible people first.
-- Breakdown: yes
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded
--   $features          varchar[]  the feature
--   $live_since        varchar[]  the first day on which it could be used
--   $tried_by_opening  varchar[]  the feature, if it sends no `started`: to open it is a try
--   $tried_by_any      varchar[]  the feature, if it sends neither: anything but `exposed` is one
--   $without_ends      varchar[]  the feature, if it sends no `completed`: a day with a try is used
--   $habit_days        integer    how many days a span of the habit has: 7 or 28
--   $least_spans       integer    in how many such spans a use makes a habit
--
-- Columns
--   segment            varchar    value of the breakdown; one person can have several
--   eligible           bigint     people active in the period while the feature was there
--   exposed            bigint     of those, who saw it
--   tried              bigint     of those eligible, who tried it
--   tried_of_exposed   bigint     of those exposed, who tried it
--   completed          bigint     of those who tried, who completed it
--   repeated           bigint     of those who tried, with at least two use days
--   habitual           bigint     of those who repeated, with use in enough spans

with

-- one row per (segment, person) active in the period while the feature was there
able as (
    select
        segment as able_segment,
        user_key as able_key
    from user_days
    where day >= $start_date
        and day < $end_date
        and day >= cast($live_since[1] as date)
    group by segment, user_key
),

-- one row per (segment, person, day) with an event of the feature
days_of_people as (
    select
        done.segment as act_segment,
        done.user_key as actor_key,
        done.day as act_day,
        max(case when done.action = 'exposed' then 1 else 0 end) as was_exposed,
        max(case
            when done.action = 'started'
                or (done.action = 'opened' and list_contains($tried_by_opening, done.feature))
                or (
                    (done.action is null or done.action <> 'exposed')
                    and list_contains($tried_by_any, done.feature)
                )
                then 1 else 0
        end) as was_tried,
        max(case when done.action = 'completed' then 1 else 0 end) as was_completed
    from feature_days as done
    where list_contains($features, done.feature)
        and done.day >= $start_date
        and done.day < $end_date
    group by done.segment, done.user_key, done.day
),

-- one row per (segment, person) with an event of the feature; spans are counted from the first day
people as (
    select
        act_segment,
        actor_key,
        max(was_exposed) as has_seen,
        max(was_tried) as has_tried,
        max(was_completed) as has_completed,
        cast(sum(case
            when was_completed = 1 or (was_tried = 1 and array_length($without_ends) > 0)
                then 1 else 0
        end) as bigint) as use_days,
        count(distinct case
            when was_completed = 1 or (was_tried = 1 and array_length($without_ends) > 0)
                then m_int_div(m_days_between($start_date, act_day), $habit_days)
        end) as use_spans
    from days_of_people
    group by act_segment, actor_key
)

select
    able.able_segment as segment,
    count(*) as eligible,
    cast(sum(coalesce(people.has_seen, 0)) as bigint) as exposed,
    cast(sum(coalesce(people.has_tried, 0)) as bigint) as tried,
    cast(sum(case when people.has_tried = 1 and people.has_seen = 1 then 1 else 0 end)
        as bigint) as tried_of_exposed,
    cast(sum(case when people.has_tried = 1 and people.has_completed = 1 then 1 else 0 end)
        as bigint) as completed,
    cast(sum(case when people.has_tried = 1 and people.use_days >= 2 then 1 else 0 end)
        as bigint) as repeated,
    cast(sum(case
        when people.has_tried = 1 and people.use_days >= 2 and people.use_spans >= $least_spans
            then 1 else 0
    end) as bigint) as habitual
from able
left join people
    on people.act_segment = able.able_segment
    and people.actor_key = able.able_key
group by able.able_segment
order by eligible desc, segment
