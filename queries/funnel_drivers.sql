-- What do those who get through a funnel do on the way, and those who do not?
--
-- One row per (event), by name.
-- On the way is after entry, and before the last step or the end of the window.
--
-- Parameters
--   $start_date        date       first day of entry, included
--   $end_date          date       last day of entry, excluded
--   $read_from         date       first day that is read: earlier where grace may reach back
--   $read_until        date       day after the last one that is read: later events are not seen
--   $grain             varchar    day, week, month: whose attempt counts; all: of all days
--   $unit              varchar    user, account or session: who is counted
--   $order             varchar    ordered, strict or any
--   $attempt           varchar    furthest or first: which attempt counts
--   $counting          varchar    unique: one attempt; total: all that do not overlap
--   $attribution       varchar    first_touch, last_touch, step, all_steps: whose value counts
--   $attribution_step  integer    the step whose value counts, from 1
--   $window_us         bigint     longest time from entry to the last step, in microseconds
--   $grace_us          bigint     how much earlier than the one before it a step may be stamped
--   $read_names        varchar[]  names of all events that matter; empty: all do
--   $step_count        integer    how many steps there are, 1 to 8
--   $step_1            varchar[]  names of events that are step 1
--   $step_2            varchar[]  of step 2; empty: there is none
--   $step_3            varchar[]  of step 3; empty: there is none
--   $step_4            varchar[]  of step 4; empty: there is none
--   $step_5            varchar[]  of step 5; empty: there is none
--   $step_6            varchar[]  of step 6; empty: there is none
--   $step_7            varchar[]  of step 7; empty: there is none
--   $step_8            varchar[]  of step 8; empty: there is none
--   $exclusion_spans   varchar[]  '1: 2 to 3': no exclusion 1 between steps 2 and 3
--   $exclusion_1       varchar[]  names of events that are exclusion 1
--   $exclusion_2       varchar[]  names of events that are exclusion 2
--   $exclusion_3       varchar[]  names of events that are exclusion 3
--   $candidates        varchar[]  names of the events that are looked at; among those that are read
--
-- Columns
--   event           varchar  its name
--   converted_with  bigint   attempts that reached the last step and did it on the way
--   failed_with     bigint   attempts that did not and did it before the window ended

with recursive

-- one row per event in the days that are read, and whether it could be each step and exclusion
told as (
    select
        done.user_key as person,
        done.segment as step_value,
        done.day as on_day,
        done.occurred_at, done.event as named,
        done.day >= $start_date and done.day < $end_date as is_in_range,
        m_int_div(m_secs_between($read_from, done.occurred_at) * 1000000 + 0.5, 1) as at_us,
        list_contains($step_1, done.event) as is_step_1,
        list_contains($step_2, done.event) as is_step_2,
        list_contains($step_3, done.event) as is_step_3,
        list_contains($step_4, done.event) as is_step_4,
        list_contains($step_5, done.event) as is_step_5,
        list_contains($step_6, done.event) as is_step_6,
        list_contains($step_7, done.event) as is_step_7,
        list_contains($step_8, done.event) as is_step_8,
        list_contains($exclusion_1, done.event) as is_exclusion_1,
        list_contains($exclusion_2, done.event) as is_exclusion_2,
        list_contains($exclusion_3, done.event) as is_exclusion_3
    from steps as done
    where done.day >= $read_from
        and done.day < $read_until
        and (array_length($read_names) = 0 or list_contains($read_names, done.event))
),

-- one row per event, what it is as bits of two numbers; step 1 only in days of entry
moments as (
    select
        person, step_value, on_day, is_in_range, occurred_at, named, at_us,
        cast(
            case when is_step_1 and (is_in_range or $order = 'any') then 1 else 0 end
            + case when is_step_2 then 2 else 0 end + case when is_step_3 then 4 else 0 end
            + case when is_step_4 then 8 else 0 end + case when is_step_5 then 16 else 0 end
            + case when is_step_6 then 32 else 0 end + case when is_step_7 then 64 else 0 end
            + case when is_step_8 then 128 else 0 end as bigint) as step_bits,
        cast(
            case when is_exclusion_1 then 1 else 0 end + case when is_exclusion_2 then 2 else 0 end
            + case when is_exclusion_3 then 4 else 0 end as bigint) as void_bits
    from told
),

-- one row per person of a customer, with the first person of that customer
members as (
    select user_key as member_key, min(user_key) over (partition by account_id) as first_key
    from users
    where account_id is not null
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
            m_int_div(m_secs_between($read_from, started_at) * 1000000 + 0.5, 1) as began_us
        from sessions
        where $unit = 'session' and day >= m_add_days($read_from, -2) and day < $read_until
    ) as begun
    group by begun.visitor_key, begun.began_us
),

-- one row per event of a unit: a user, the first user of a customer, or a user and a visit
owned as (
    select
        moments.step_value, moments.on_day, moments.is_in_range, moments.occurred_at,
        moments.named, moments.at_us, moments.step_bits, moments.void_bits,
        case when $unit = 'account' then members.first_key else moments.person end as unit_key,
        case when $unit = 'session' then visits.began_us else 0 end as visit_us
    from moments
    left join members on $unit = 'account' and members.member_key = moments.person
    left join visits
        on visits.visitor_key = moments.person and moments.at_us >= visits.began_us
        and moments.at_us <= visits.began_us + visits.length_us
        and (visits.next_began_us is null or moments.at_us < visits.next_began_us)
    where ($unit <> 'account' or members.first_key is not null)
        and ($unit <> 'session' or visits.began_us is not null)
),

-- one row per unit, with "all steps" per unit and value, numbered
units as (
    select
        unit_key, visit_us, lane,
        row_number() over (order by unit_key, visit_us, lane) as unit_number
    from (
        select distinct
            unit_key, visit_us,
            case when $attribution = 'all_steps' then step_value else '' end as lane
        from owned
        where step_bits > 0
    ) as laned
),

-- one row per event of a unit; with "all steps" an event of another value is no step
unit_rows as (
    select
        units.unit_number, owned.step_value, owned.on_day, owned.is_in_range, owned.occurred_at,
        owned.named, owned.at_us, owned.void_bits,
        case when $attribution <> 'all_steps' or units.lane = owned.step_value
            then owned.step_bits else 0 end as fit_bits
    from owned
    inner join units on units.unit_key = owned.unit_key and units.visit_us = owned.visit_us
),

-- one row per event, in the order of its unit: equal moments by what they are, no step last
placed as (
    select
        unit_number, step_value, on_day, is_in_range, occurred_at, named, at_us, fit_bits,
        void_bits,
        row_number() over (partition by unit_number order by
            at_us, case when fit_bits = 0 then 1 else 0 end, fit_bits, step_value) as place
    from unit_rows
),

-- one row per event, with the first place that a step after it may take
reaching as (
    select
        unit_number, step_value, on_day, is_in_range, occurred_at, named, at_us, fit_bits,
        void_bits, place,
        min(place) over (partition by unit_number order by at_us
            range between $grace_us preceding and current row) as reach_place
    from placed
),

-- one row per step; the days serve as a list of numbers
numbers as (
    select days.number, cast(power(2, days.number - 1) as bigint) as bit_of_number
    from (select row_number() over (order by day) as number from calendar) as days
    where days.number <= 8
),

-- one row per (event, step): the first event from it on that fits the step, null if none does
ahead as (
    select
        unit_number, place, at_us, reach_place, is_in_range, number, bit_of_number,
        min(case when is_fit then place end) over following as next_place,
        min(case when is_fit then at_us end) over following as next_us,
        min(case when is_fit then reach_place end) over following as next_reach
    from (
        select
            reaching.unit_number, reaching.place, reaching.at_us, reaching.reach_place,
            reaching.is_in_range, numbers.number, numbers.bit_of_number,
            m_int_div(reaching.fit_bits, numbers.bit_of_number) % 2 = 1 as is_fit
        from reaching
        inner join numbers on numbers.number <= $step_count
    ) as judged
    window following as (
        partition by unit_number, number order by place
        rows between current row and unbounded following
    )
),

-- one row per event that an attempt takes, or that it finds taken and leaves behind
walks (
    unit_number, entry_place, entry_us, row_place, is_taken, reached, done_bits, taken_places,
    clock_us, reach_place, from_place
) as (
    select
        unit_number, place, at_us, place, true, cast(1 as bigint), min(bit_of_number),
        concat('|', cast(place as varchar), '|'), at_us, reach_place,
        case when $order = 'ordered' then reach_place else place + 1 end
    from ahead
    where next_place = place and is_in_range and ($order = 'any' or number = 1)
    group by unit_number, place, at_us, reach_place
    union all
    select
        found.unit_number, found.entry_place, found.entry_us, found.next_place, found.is_free,
        found.reached + case when found.is_free then 1 else 0 end,
        found.done_bits + case when found.is_free then found.bit_of_number else 0 end,
        concat(found.taken_places, cast(found.next_place as varchar), '|'),
        case when found.is_later then found.next_us else found.clock_us end,
        case when found.is_later then found.next_reach else found.reach_place end,
        case when $order <> 'ordered' or not found.is_free then found.next_place + 1
            when found.is_later then found.next_reach
            else found.reach_place end
    from (
        select
            walks.unit_number, walks.entry_place, walks.entry_us, walks.reached,
            walks.done_bits, walks.taken_places, walks.clock_us, walks.reach_place,
            ahead.bit_of_number, ahead.next_place, ahead.next_us, ahead.next_reach,
            walks.taken_places not like concat('%|', cast(ahead.next_place as varchar), '|%')
                as is_free,
            ahead.next_us > walks.clock_us as is_later,
            row_number() over (partition by walks.unit_number, walks.entry_place
                order by ahead.next_place, ahead.number) as choice
        from walks
        inner join ahead
            on ahead.unit_number = walks.unit_number and ahead.place = walks.from_place
        where ahead.next_us <= walks.entry_us + $window_us
            and ($order <> 'strict' or ahead.next_place = ahead.place)
            and case when $order <> 'any' then ahead.number = walks.reached + 1
                else m_int_div(walks.done_bits, ahead.bit_of_number) % 2 = 0 end
    ) as found
    where found.choice = 1
),

-- one row per (attempt, step that it reached)
reached_steps as (
    select
        walks.unit_number, walks.entry_place, walks.entry_us, walks.reached, walks.clock_us,
        reaching.step_value
    from walks
    inner join reaching
        on reaching.unit_number = walks.unit_number and reaching.place = walks.row_place
    where walks.is_taken
),

-- one row per attempt that an exclusion fell into, with the moment of the first one
spoiled as (
    select since.unit_number, since.entry_place, min(reaching.at_us) as void_us
    from numbers as each
    cross join numbers as last_step
    inner join reached_steps as since
        on list_contains($exclusion_spans, concat(cast(each.number as varchar), ': ',
            cast(since.reached as varchar), ' to ', cast(last_step.number as varchar)))
    inner join reaching
        on reaching.unit_number = since.unit_number and reaching.at_us > since.clock_us
        and m_int_div(reaching.void_bits, each.bit_of_number) % 2 = 1
    left join reached_steps as until
        on until.unit_number = since.unit_number and until.entry_place = since.entry_place
        and until.reached = last_step.number
    where case when until.clock_us is null then reaching.at_us <= since.entry_us + $window_us
        else reaching.at_us < until.clock_us end
    group by since.unit_number, since.entry_place
),

-- one row per attempt: how far it got, and when it was over
attempts as (
    select
        tried.unit_number, tried.entry_place, tried.entry_us, tried.levels, spoiled.void_us,
        coalesce(spoiled.void_us, case when tried.levels = $step_count then tried.last_us end,
            tried.entry_us + $window_us) as over_us,
        case $grain when 'day' then reaching.on_day when 'week' then calendar.week_start
            when 'month' then calendar.month_start else $start_date end as period_start
    from (
        select unit_number, entry_place, entry_us, max(reached) as levels, max(clock_us) as last_us
        from reached_steps
        group by unit_number, entry_place, entry_us
    ) as tried
    inner join reaching
        on reaching.unit_number = tried.unit_number and reaching.place = tried.entry_place
    inner join calendar on calendar.day = reaching.on_day
    left join spoiled
        on spoiled.unit_number = tried.unit_number and spoiled.entry_place = tried.entry_place
),

-- one row per attempt that counts in total: each next one opens after the one before was over
turns (unit_number, entry_place, over_us) as (
    select opened.unit_number, opened.entry_place, opened.over_us
    from (
        select unit_number, entry_place, over_us,
            row_number() over (partition by unit_number order by entry_place) as turn
        from attempts
        where $counting = 'total'
    ) as opened
    where opened.turn = 1
    union all
    select later.unit_number, later.entry_place, later.over_us
    from (
        select attempts.unit_number, attempts.entry_place, attempts.over_us,
            row_number() over (partition by attempts.unit_number order by attempts.entry_place)
                as turn
        from turns
        inner join attempts
            on attempts.unit_number = turns.unit_number and attempts.entry_us > turns.over_us
    ) as later
    where later.turn = 1
),

-- one row per attempt that could count, the one that does in front
ranked as (
    select
        unit_number, entry_place, entry_us, levels, period_start, void_us,
        row_number() over (partition by unit_number, period_start order by
            case when $attempt = 'furthest' and void_us is not null then 1 else 0 end,
            case when $attempt = 'furthest' then levels else 0 end desc,
            entry_place
        ) as choice
    from attempts
),

-- one row per (attempt that counts, step that it reached), the one whose value counts in front
touched as (
    select
        ranked.unit_number, ranked.entry_place, ranked.entry_us, ranked.levels,
        ranked.period_start, steps_done.step_value,
        row_number() over (partition by ranked.unit_number, ranked.entry_place order by
            case when steps_done.step_value = '(not set)' then 1 else 0 end,
            steps_done.reached * case when $attribution = 'last_touch' then -1 else 1 end
        ) as touch
    from ranked
    left join turns
        on turns.unit_number = ranked.unit_number and turns.entry_place = ranked.entry_place
    inner join reached_steps as steps_done
        on steps_done.unit_number = ranked.unit_number
        and steps_done.entry_place = ranked.entry_place
    where ranked.void_us is null
        and (turns.entry_place is not null or ($counting = 'unique' and ranked.choice = 1))
        and ($attribution <> 'step' or steps_done.reached = $attribution_step)
),

-- one row per attempt that counts, with the moment after which nothing can have led there
outcomes as (
    select
        touched.unit_number, touched.entry_place, touched.entry_us,
        touched.levels = $step_count as is_converted, last_ones.clock_us as last_us
    from touched
    inner join reached_steps as last_ones
        on last_ones.unit_number = touched.unit_number
        and last_ones.entry_place = touched.entry_place
        and last_ones.reached = touched.levels
    where touched.touch = 1
),

-- one row per (attempt, event) that was done on its way
done_on_the_way as (
    select distinct
        outcomes.unit_number, outcomes.entry_place, outcomes.is_converted, reaching.named
    from outcomes
    inner join reaching
        on reaching.unit_number = outcomes.unit_number and reaching.at_us > outcomes.entry_us
    where list_contains($candidates, reaching.named)
        and case when outcomes.is_converted then reaching.at_us < outcomes.last_us
            else reaching.at_us <= outcomes.entry_us + $window_us end
)

select
    named as event,
    cast(sum(case when is_converted then 1 else 0 end) as bigint) as converted_with,
    cast(sum(case when is_converted then 0 else 1 end) as bigint) as failed_with
from done_on_the_way
group by event
order by event
