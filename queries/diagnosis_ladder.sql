-- How many of those who may use a feature are shown it, try it, manage it, and come back?
--
-- One row per (feature, quintile, segment), by name.
-- People count once, by their fifth of active days and their last value of the breakdown. An
-- attempt is the first try with the first end after it; a start without an end is given up
-- after 30 minutes, where the feature does not say so itself. A month is a span of 28 days.
-- Breakdown: yes
--
-- Parameters
--   $start_date        date       first day, included
--   $end_date          date       last day, excluded; at most 112 days later
--   $fifth_1           double     the most active days of the least active fifth of people
--   $fifth_2           double     of the second fifth
--   $fifth_3           double     of the third
--   $fifth_4           double     of the fourth
--   $features          varchar[]  the features, by name
--   $live_since        varchar[]  for each of them, the first day on which it could be used
--   $monthly           varchar[]  of them, those whose habit is counted in spans of 28 days, not 7
--   $tried_by_opening  varchar[]  of them, those without `started`: to open one is a try
--   $tried_by_any      varchar[]  of them, those without both: anything but `exposed` is one
--   $without_ends      varchar[]  of them, those without `completed`: a try is a use
--   $with_abandoned    varchar[]  of them, those that say when an attempt is given up
--   $least_weeks       integer    weeks with a use that make a habit
--   $least_spans       integer    spans of 28 days that do
--
-- Columns
--   feature             varchar  its name
--   quintile            bigint   fifth of active days: 1 the least active
--   segment             varchar  last value of the breakdown in these days
--   eligible            bigint   people who were active while it was there
--   exposed             bigint   of those, with an exposure
--   tried               bigint   of the eligible, with a try
--   unexposed_tries     bigint   of tried, without an exposure up to it in the visit of the first
--   offers_1            bigint   people with a first day of exposures up to that of the try
--   offers_2            bigint   with a second one
--   offers_3            bigint   third and fourth ones together
--   offers_5            bigint   fifth and later ones together
--   accepted_1          bigint   first tries at the first day of exposures or after it
--   accepted_2          bigint   at the second
--   accepted_3          bigint   at the third or fourth
--   accepted_5          bigint   at the fifth or a later one
--   ended               bigint   of tried, whose first attempt has an end
--   succeeded           bigint   of ended, completed
--   retried             bigint   of those that did not, with a later try
--   retried_rapidly     bigint   of retried, within 60 seconds of the end of the first
--   clean               bigint   of succeeded, seen for at least 28 more days
--   clean_repeated      bigint   of clean, with a use on a later day
--   recovered           bigint   completed after a first attempt that did not, seen as long
--   recovered_repeated  bigint   of recovered, with a use on a later day
--   repeated            bigint   of tried, with uses on two days
--   habitual            bigint   of repeated, in as many weeks or spans as a habit takes
--   timed               bigint   of succeeded, with a length above zero
--   log_seconds         double   sum of the logarithms of those lengths in seconds
--   squared_logs        double   sum of the squares of the logarithms
--   exposed_days        bigint   days of people with an exposure, all of them
--   active_days         bigint   days on which the eligible were active, with the feature or not

with

-- one row per day that is read, and its bits: of 56 days, of weeks, of spans of 28 days
numbered_days as (
    select
        day as on_day,
        case when m_days_between($start_date, day) < 56
            then cast(power(2, m_days_between($start_date, day)) as bigint) else 0 end as early_bit,
        case when m_days_between($start_date, day) >= 56
            then cast(power(2, m_days_between($start_date, day) - 56) as bigint)
            else 0 end as late_bit,
        cast(power(2, m_int_div(m_days_between($start_date, day), 7)) as bigint) as week_bit,
        cast(power(2, m_int_div(m_days_between($start_date, day), 28)) as bigint) as month_bit
    from calendar
    where day >= $start_date and day < $end_date
),

-- one row per feature
asked as (
    select
        cast(numbered.place as integer) as feature_number,
        $features[numbered.place] as feature_name,
        cast($live_since[numbered.place] as date) as live_on,
        list_contains($monthly, $features[numbered.place]) as is_monthly,
        list_contains($tried_by_opening, $features[numbered.place]) as is_opened,
        list_contains($tried_by_any, $features[numbered.place]) as is_any,
        list_contains($without_ends, $features[numbered.place]) as is_endless,
        list_contains($with_abandoned, $features[numbered.place]) as says_abandoned
    from (select row_number() over (order by day) as place from calendar) as numbered
    where numbered.place <= array_length($features)
),

-- one row per action; of those without one as well
actions as (
    select 'exposed' as act union all select 'opened' as act union all select 'started' as act
    union all select 'completed' as act union all select 'failed' as act
    union all select 'abandoned' as act union all select 'none' as act
),

-- one row per (feature, action), and what it counts as
roles as (
    select
        asked.feature_name, asked.feature_number, asked.live_on, actions.act,
        actions.act = 'exposed' as is_shown,
        actions.act = 'started' or (asked.is_opened and actions.act = 'opened')
            or (asked.is_any and actions.act <> 'exposed') as is_try,
        actions.act in ('failed', 'abandoned') as is_bad,
        actions.act = 'completed'
            or (asked.is_endless and (actions.act = 'started'
                or (asked.is_opened and actions.act = 'opened')
                or (asked.is_any and actions.act <> 'exposed'))) as is_use
    from asked
    cross join actions
),

-- one row per event that counts
told as (
    select
        roles.feature_number as of_feature, steps.user_key as of_user, steps.day as at_day,
        steps.occurred_at as at_moment,
        roles.is_shown, roles.is_try, roles.is_use, roles.is_bad
    from steps
    inner join roles
        on roles.feature_name = steps.feature and roles.act = coalesce(steps.action, 'none')
    where steps.day >= $start_date
        and steps.day < $end_date
        and steps.day >= roles.live_on
        and (roles.is_shown or roles.is_try or roles.is_use or roles.is_bad)
),

-- one row per (feature, person) with an event: all days of exposures and of uses
lives as (
    select
        told.of_feature, told.of_user,
        min(case when told.is_try then told.at_moment end) as tried_at,
        min(case when told.is_try then told.at_day end) as tried_on,
        bit_or(case when told.is_shown then numbered_days.early_bit else 0 end) as early_days,
        bit_or(case when told.is_shown then numbered_days.late_bit else 0 end) as late_days,
        bit_or(case when told.is_use then numbered_days.week_bit else 0 end) as use_weeks,
        bit_or(case when told.is_use then numbered_days.month_bit else 0 end) as use_months,
        min(case when told.is_use then told.at_day end) as first_use_on,
        max(case when told.is_use then told.at_day end) as last_use_on
    from told
    inner join numbered_days on numbered_days.on_day = told.at_day
    group by told.of_feature, told.of_user
),

-- one row per (feature, person) who tried, and when the visit of the first try began
tries as (
    select
        lives.of_feature, lives.of_user, lives.tried_at, lives.tried_on,
        max(sessions.started_at) as visit_at
    from lives
    left join sessions
        on sessions.user_key = lives.of_user
        and sessions.day >= m_add_days(lives.tried_on, -1)
        and sessions.day <= lives.tried_on
        and sessions.started_at <= lives.tried_at
        and sessions.day >= m_add_days($start_date, -1)
        and sessions.day < $end_date
    where lives.tried_at is not null
    group by lives.of_feature, lives.of_user, lives.tried_at, lives.tried_on
),

-- one row per (feature, person) who tried: the last exposure of that visit, the ends after it
first_attempts as (
    select
        tries.of_feature, tries.of_user,
        min(tries.tried_at) as began_at, min(tries.tried_on) as began_on,
        max(case when told.is_shown and told.at_moment <= tries.tried_at
            and (told.at_moment >= tries.visit_at
                or (tries.visit_at is null and told.at_day = tries.tried_on))
            then 1 else 0 end) = 1 as is_shown_before,
        min(case when told.is_use and told.at_moment >= tries.tried_at
            then told.at_moment end) as done_at,
        min(case when told.is_use and told.at_moment >= tries.tried_at
            then told.at_day end) as done_on,
        min(case when told.is_bad and told.at_moment >= tries.tried_at
            then told.at_moment end) as bad_at
    from tries
    left join told
        on told.of_feature = tries.of_feature
        and told.of_user = tries.of_user
        and (told.is_shown or told.is_use or told.is_bad)
    group by tries.of_feature, tries.of_user
),

-- one row per (feature, person) who tried: whether the attempt has an end, and which
judged as (
    select
        first_attempts.of_feature, first_attempts.of_user, first_attempts.began_at,
        first_attempts.is_shown_before, first_attempts.done_on, first_attempts.bad_at,
        case
            when asked.is_endless or asked.is_any then 'unknown'
            when first_attempts.done_at is not null
                and coalesce(first_attempts.done_at <= first_attempts.bad_at, true)
                and (asked.says_abandoned
                    or first_attempts.done_at <= first_attempts.began_at + interval '30' minute)
                then 'done'
            when first_attempts.bad_at is not null then 'bad'
            when not asked.says_abandoned and first_attempts.began_on < m_add_days($end_date, -1)
                then 'given up'
            else 'unknown' end as ended_as,
        m_secs_between(first_attempts.began_at, first_attempts.done_at) as seconds_taken
    from first_attempts
    inner join asked on asked.feature_number = first_attempts.of_feature
),

-- one row per (feature, person) whose first attempt did not complete: what came after
afterwards as (
    select
        judged.of_feature, judged.of_user,
        min(case when told.is_try and told.at_moment > judged.began_at
            and (judged.ended_as = 'given up' or told.at_moment >= judged.bad_at)
            then told.at_moment end) as retried_at,
        max(case when told.is_try and judged.ended_as = 'bad'
            and told.at_moment > judged.began_at and told.at_moment >= judged.bad_at
            and told.at_moment <= judged.bad_at + interval '60' second
            then 1 else 0 end) = 1 as is_rapid,
        min(case when told.is_use and told.at_moment > judged.began_at
            then told.at_day end) as recovered_on
    from judged
    inner join told
        on told.of_feature = judged.of_feature
        and told.of_user = judged.of_user
        and (told.is_try or told.is_use)
    where judged.ended_as in ('bad', 'given up')
    group by judged.of_feature, judged.of_user
),

-- one row per (person, value of the breakdown): days of activity as bits
seen_as as (
    select
        user_days.user_key as person, user_days.segment as of_segment,
        bit_or(numbered_days.early_bit) as early_active,
        bit_or(numbered_days.late_bit) as late_active,
        max(user_days.day) as last_active_on
    from user_days
    inner join numbered_days on numbered_days.on_day = user_days.day
    where user_days.day >= $start_date and user_days.day < $end_date
    group by user_days.user_key, user_days.segment
),

-- one row per (person, value): the last one is the first
placed as (
    select
        person, of_segment, last_active_on,
        row_number() over (partition by person order by last_active_on desc, of_segment) as place
    from seen_as
),

-- one row per person: how many days they were active
active as (
    select
        person,
        bit_count(bit_or(early_active)) + bit_count(bit_or(late_active)) as day_count
    from seen_as
    group by person
),

-- one row per person
people as (
    select
        active.person, placed.of_segment, placed.last_active_on, active.day_count,
        cast(1
            + case when active.day_count > $fifth_1 then 1 else 0 end
            + case when active.day_count > $fifth_2 then 1 else 0 end
            + case when active.day_count > $fifth_3 then 1 else 0 end
            + case when active.day_count > $fifth_4 then 1 else 0 end as bigint) as fifth
    from active
    inner join placed on placed.person = active.person and placed.place = 1
),

-- one row per (feature, stratum): people who were active while it was there
strata as (
    select
        asked.feature_number as able_feature, leaving.fifth, leaving.of_segment,
        cast(sum(case when leaving.last_active_on >= asked.live_on
            then leaving.people_count else 0 end) as bigint) as able_people,
        cast(sum(case when leaving.last_active_on >= asked.live_on
            then leaving.person_days else 0 end) as bigint) as able_days
    from asked
    cross join (
        select fifth, of_segment, last_active_on, count(*) as people_count,
            cast(sum(day_count) as bigint) as person_days
        from people
        group by fifth, of_segment, last_active_on
    ) as leaving
    group by asked.feature_number, leaving.fifth, leaving.of_segment
),

-- one row per (feature, person) with an event: on which rungs they are
rungs as (
    select
        lives.of_feature, people.fifth, people.of_segment,
        case when lives.early_days + lives.late_days > 0 then 1 else 0 end as is_exposed,
        case when lives.tried_at is not null then 1 else 0 end as is_tried,
        case when not judged.is_shown_before then 1 else 0 end as is_unexposed,
        case
            when lives.tried_at is null
                then bit_count(lives.early_days) + bit_count(lives.late_days)
            else bit_count(case when numbered_days.early_bit = 0 then lives.early_days
                    else lives.early_days & (numbered_days.early_bit - 1) end)
                + bit_count(case when numbered_days.late_bit = 0 then 0
                    else lives.late_days & (numbered_days.late_bit - 1) end)
                + case when judged.is_shown_before then 1 else 0 end
        end as shown_days,
        judged.ended_as, judged.done_on, judged.seconds_taken,
        afterwards.retried_at, afterwards.is_rapid, afterwards.recovered_on,
        lives.last_use_on,
        bit_count(lives.early_days) + bit_count(lives.late_days) as all_shown_days,
        case when lives.tried_at is not null and lives.last_use_on > lives.first_use_on
            then 1 else 0 end as is_repeated,
        case when asked.is_monthly
            then bit_count(lives.use_months) >= $least_spans
            else bit_count(lives.use_weeks) >= $least_weeks end as is_regular
    from lives
    inner join people on people.person = lives.of_user
    inner join asked on asked.feature_number = lives.of_feature
    left join judged
        on judged.of_feature = lives.of_feature and judged.of_user = lives.of_user
    left join afterwards
        on afterwards.of_feature = lives.of_feature and afterwards.of_user = lives.of_user
    left join numbered_days on numbered_days.on_day = lives.tried_on
),

-- one row per (feature, stratum) with an event
counted as (
    select
        of_feature, fifth, of_segment,
        cast(sum(is_exposed) as bigint) as exposed_people,
        cast(sum(is_tried) as bigint) as tried_people,
        cast(sum(is_unexposed) as bigint) as unexposed_people,
        cast(sum(case when shown_days >= 1 then 1 else 0 end) as bigint) as offered_1,
        cast(sum(case when shown_days >= 2 then 1 else 0 end) as bigint) as offered_2,
        cast(sum(least(greatest(shown_days - 2, 0), 2)) as bigint) as offered_3,
        cast(sum(greatest(shown_days - 4, 0)) as bigint) as offered_5,
        cast(sum(case when shown_days = 1 then is_tried else 0 end) as bigint) as taken_1,
        cast(sum(case when shown_days = 2 then is_tried else 0 end) as bigint) as taken_2,
        cast(sum(case when shown_days in (3, 4) then is_tried else 0 end) as bigint) as taken_3,
        cast(sum(case when shown_days >= 5 then is_tried else 0 end) as bigint) as taken_5,
        cast(sum(all_shown_days) as bigint) as shown_person_days,
        count(case when ended_as <> 'unknown' then 1 end) as ended_people,
        count(case when ended_as = 'done' then 1 end) as succeeded_people,
        count(retried_at) as retried_people,
        count(case when is_rapid then 1 end) as rapid_people,
        count(case when ended_as = 'done' and m_days_between(done_on, $end_date) > 28
            then 1 end) as clean_people,
        count(case when ended_as = 'done' and m_days_between(done_on, $end_date) > 28
            and last_use_on > done_on then 1 end) as clean_back,
        count(case when m_days_between(recovered_on, $end_date) > 28 then 1 end)
            as recovered_people,
        count(case when m_days_between(recovered_on, $end_date) > 28
            and last_use_on > recovered_on then 1 end) as recovered_back,
        cast(sum(is_repeated) as bigint) as repeated_people,
        cast(sum(case when is_regular then is_repeated else 0 end) as bigint) as habitual_people,
        count(case when ended_as = 'done' and seconds_taken > 0 then 1 end) as timed_people,
        cast(sum(case when ended_as = 'done' and seconds_taken > 0
            then ln(seconds_taken) else 0 end) as double) as logs,
        cast(sum(case when ended_as = 'done' and seconds_taken > 0
            then ln(seconds_taken) * ln(seconds_taken) else 0 end) as double) as squares
    from rungs
    group by of_feature, fifth, of_segment
)

select
    asked.feature_name as feature,
    strata.fifth as quintile,
    strata.of_segment as segment,
    strata.able_people as eligible,
    coalesce(counted.exposed_people, 0) as exposed,
    coalesce(counted.tried_people, 0) as tried,
    coalesce(counted.unexposed_people, 0) as unexposed_tries,
    coalesce(counted.offered_1, 0) as offers_1,
    coalesce(counted.offered_2, 0) as offers_2,
    coalesce(counted.offered_3, 0) as offers_3,
    coalesce(counted.offered_5, 0) as offers_5,
    coalesce(counted.taken_1, 0) as accepted_1,
    coalesce(counted.taken_2, 0) as accepted_2,
    coalesce(counted.taken_3, 0) as accepted_3,
    coalesce(counted.taken_5, 0) as accepted_5,
    coalesce(counted.ended_people, 0) as ended,
    coalesce(counted.succeeded_people, 0) as succeeded,
    coalesce(counted.retried_people, 0) as retried,
    coalesce(counted.rapid_people, 0) as retried_rapidly,
    coalesce(counted.clean_people, 0) as clean,
    coalesce(counted.clean_back, 0) as clean_repeated,
    coalesce(counted.recovered_people, 0) as recovered,
    coalesce(counted.recovered_back, 0) as recovered_repeated,
    coalesce(counted.repeated_people, 0) as repeated,
    coalesce(counted.habitual_people, 0) as habitual,
    coalesce(counted.timed_people, 0) as timed,
    coalesce(counted.logs, 0) as log_seconds,
    coalesce(counted.squares, 0) as squared_logs,
    coalesce(counted.shown_person_days, 0) as exposed_days,
    strata.able_days as active_days
from asked
inner join strata on strata.able_feature = asked.feature_number
left join counted
    on counted.of_feature = asked.feature_number
    and counted.fifth = strata.fifth
    and counted.of_segment = strata.of_segment
order by feature, quintile, segment
