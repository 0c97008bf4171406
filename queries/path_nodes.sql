-- Where on their way are people, and how many of them go on?
--
-- One row per (place, node), by place, the most visits first.
--
-- Parameters
--   $start_date     date       first day, included
--   $end_date       date       day after the last one: what happens later is not seen
--   $path_visit     varchar    session: each visit is walked; user: all that a user did
--   $path_repeats   varchar    consecutive: a run of the same is one node; once: only the first
--                              time in a visit; none: every event is a node
--   $path_anchor    varchar    the node that a walk begins with or ends at, at its first time in
--                              the visit; empty: the visit's first node, or its last one
--   $direction      varchar    from the anchor, or up to it
--   $through        varchar[]  '2: saved': only walks whose node at place 2 is saved
--   $first_place    integer    the nodes that are shown, counted from the anchor: first one
--   $node_count     integer    and how many
--   $within_us      bigint     longest time between the anchor and a node, in microseconds
--
-- Columns
--   place    bigint   1, 2, … from the anchor, or …, -2, -1 up to it
--   node     varchar  the event or feature
--   visits   bigint   walks that are there at this place
--   users    bigint   different users among them
--   goes_on  bigint   walks that have a node after it

with

-- one row per event of the period that is a node
told as (
    select
        done.user_key as person,
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
        person, visit_us, node, at_us,
        row_number() over (partition by person, visit_us order by at_us, node) as place_in_visit,
        count(*) over (partition by person, visit_us) as nodes_in_visit
    from owned
    where $path_repeats = 'none'
        or ($path_repeats = 'consecutive' and (node_before is null or node_before <> node))
        or ($path_repeats = 'once' and times_done = 1)
),

-- one row per visit that has the anchor
anchors as (
    select person, visit_us, min(place_in_visit) as anchor_place, min(at_us) as anchor_us
    from placed
    where case when $path_anchor <> '' then node = $path_anchor
        when $direction = 'from' then place_in_visit = 1
        else place_in_visit = nodes_in_visit end
    group by person, visit_us
),

-- one row per node of a walk: places count 1, 2, … from the anchor, or …, -2, -1 up to it
walked as (
    select
        placed.person, placed.visit_us, placed.node, placed.at_us,
        case when $direction = 'from' then placed.place_in_visit - anchors.anchor_place + 1
            else placed.place_in_visit - anchors.anchor_place - 1 end as place
    from placed
    inner join anchors
        on anchors.person = placed.person and anchors.visit_us = placed.visit_us
    where abs(placed.at_us - anchors.anchor_us) <= $within_us
        and case when $direction = 'from'
            then placed.place_in_visit >= anchors.anchor_place
                and placed.place_in_visit < anchors.anchor_place + $first_place - 1 + $node_count
            else placed.place_in_visit <= anchors.anchor_place
                and placed.place_in_visit > anchors.anchor_place - $first_place + 1 - $node_count
            end
),

-- one row per walk that goes through what is asked
followed as (
    select person as follower, visit_us as followed_us
    from walked
    group by person, visit_us
    having cast(sum(case when list_contains($through, concat(cast(place as varchar), ': ', node))
        then 1 else 0 end) as bigint) = array_length($through)
),

-- one row per node that is shown, and what comes after it
shown as (
    select
        walked.person, walked.visit_us, walked.node, walked.at_us, walked.place,
        lead(walked.node) over (partition by walked.person, walked.visit_us order by walked.place)
            as node_after,
        lead(walked.at_us) over (partition by walked.person, walked.visit_us order by walked.place)
            as after_us
    from walked
    inner join followed
        on followed.follower = walked.person and followed.followed_us = walked.visit_us
    where abs(walked.place) >= $first_place
)

select
    place,
    node,
    count(*) as visits,
    count(distinct person) as users,
    cast(sum(case when node_after is not null then 1 else 0 end) as bigint) as goes_on
from shown
group by place, node
order by place, visits desc, node
