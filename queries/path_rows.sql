-- Which events of a path are left when each of its visits is cleaned?
--
-- One row per (user_key, occurred_at, event): stands in for `steps` where a funnel counts a path.
-- Breakdown: yes
--
-- Parameters
--   $start_date     date     first day, included
--   $end_date       date     day after the last one: what happens later is not seen
--   $path_visit     varchar  session: each visit is cleaned; user: all that a user did
--   $path_repeats   varchar  consecutive: a run of the same is one node; once: only the first
--                            time in a visit; none: every event is a node
--   $path_anchor    varchar  up to the first time of this node in a visit; empty: all of it
--   $path_first     varchar  only visits that begin with this node; empty: all
--
-- Columns
--   day          date       local day
--   event        varchar    the node: an event, what it was joined to, or a feature
--   user_key     integer    who
--   occurred_at  timestamp  when, UTC
--   segment      varchar    'All users'

with

-- one row per event of the period that is a node
told as (
    select
        done.day as on_day, done.occurred_at, done.user_key as person, done.segment as part,
        done.event as node,
        m_int_div(m_secs_between($start_date, done.occurred_at) * 1000000 + 0.5, 1) as at_us
    from steps as done
    where done.day >= $start_date
        and done.day < $end_date
),

-- one row per visit, which is over when the next one begins
visits as (
    select
        begun.visitor_key, begun.began_us,
        m_int_div(max(begun.seconds) * 1000000 + 0.5, 1) as length_us,
        lead(begun.began_us) over (partition by begun.visitor_key order by begun.began_us)
            as next_began_us
    from (
        select
            user_key as visitor_key, seconds,
            m_int_div(m_secs_between($start_date, started_at) * 1000000 + 0.5, 1) as began_us
        from sessions
        where $path_visit = 'session' and day >= m_add_days($start_date, -2) and day < $end_date
    ) as begun
    group by begun.visitor_key, begun.began_us
),

-- one row per event of a visit, and what came before it
owned as (
    select
        told.person, coalesce(visits.began_us, 0) as visit_us, told.node, told.at_us,
        told.on_day, told.occurred_at, told.part,
        lag(told.node) over (partition by told.person, coalesce(visits.began_us, 0)
            order by told.at_us, told.node) as node_before,
        row_number() over (partition by told.person, coalesce(visits.began_us, 0), told.node
            order by told.at_us) as times_done
    from told
    left join visits
        on visits.visitor_key = told.person and told.at_us >= visits.began_us
        and told.at_us <= visits.began_us + visits.length_us
        and (visits.next_began_us is null or told.at_us < visits.next_began_us)
    where told.node is not null and ($path_visit = 'user' or visits.began_us is not null)
),

-- one row per node of a visit, in its order
placed as (
    select
        person, visit_us, node, at_us, on_day, occurred_at, part,
        row_number() over (partition by person, visit_us order by at_us, node) as place_in_visit
    from owned
    where $path_repeats = 'none'
        or ($path_repeats = 'consecutive' and (node_before is null or node_before <> node))
        or ($path_repeats = 'once' and times_done = 1)
),

-- one row per node, with where its visit has the anchor, and what it begins with
bounded as (
    select
        person, node, on_day, occurred_at, part, place_in_visit,
        min(case when node = $path_anchor then place_in_visit end)
            over (partition by person, visit_us) as anchor_place,
        min(case when place_in_visit = 1 then node end)
            over (partition by person, visit_us) as first_node
    from placed
)

select
    on_day as day,
    node as event,
    person as user_key,
    occurred_at,
    part as segment
from bounded
where ($path_anchor = '' or place_in_visit <= anchor_place)
    and ($path_first = '' or first_node = $path_first)
order by user_key, occurred_at, event
