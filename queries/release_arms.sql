-- What did the people with a flag do, and what did those without, in the same days?
--
-- One row per (measure, is_treated), those without first.
-- People are all who were active in the window. With the flag is who was reached before its end;
-- who was reached on the launch day or later counts from the day after the launch on, as everybody.
--
-- Parameters
--   $release      varchar    the release
--   $launch_on    date       day of the launch, in neither window
--   $window_days  integer    days after it that are counted
--   $before_days  integer    days before it that tell of people's habits
--   $features     varchar[]  features that the release touches
--
-- Columns
--   measure       varchar    feature_uses, feature_users, feature_failed or active_days, a person
--   is_treated    boolean    whether they had the flag
--   units         bigint     people
--   after_sum     double     sum over people, in the window
--   after_squares double     sum of squares
--   before_sum    double     the same before the launch
--   before_squares double    sum of squares
--   products      double     sum of after times before

with

-- one row per person reached before the window's end
contacts as (
    select distinct users.user_key as reached_key
    from rollouts
    inner join users on users.user_id = rollouts.unit_id
    inner join calendar on calendar.day = m_add_days($launch_on, $window_days)
    where rollouts.release = $release
        and rollouts.reached_at < calendar.ends_at
),

-- one row per person active in the window
people as (
    select
        user_days.user_key as person,
        count(*) as active_days,
        max(case when contacts.reached_key is null then 0 else 1 end) as flag
    from user_days
    left join contacts on contacts.reached_key = user_days.user_key
    where user_days.day > $launch_on
        and user_days.day <= m_add_days($launch_on, $window_days)
    group by user_days.user_key
),

-- one row per person active before
earlier as (
    select
        user_key as early_person,
        count(*) as early_days
    from user_days
    where day < $launch_on
        and day >= m_add_days($launch_on, -$before_days)
    group by user_key
),

-- one row per person with use of a touched feature, before or after
used as (
    select
        user_key as feature_person,
        cast(sum(case
            when day > $launch_on and (action is null or action = 'completed') then events else 0
        end) as double) as uses_after,
        cast(sum(case
            when day < $launch_on and (action is null or action = 'completed') then events else 0
        end) as double) as uses_before,
        cast(sum(case
            when day > $launch_on and action in ('failed', 'abandoned') then events else 0
        end) as double) as failures_after,
        cast(sum(case
            when day < $launch_on and action in ('failed', 'abandoned') then events else 0
        end) as double) as failures_before
    from feature_days
    where day >= m_add_days($launch_on, -$before_days)
        and day <= m_add_days($launch_on, $window_days)
        and list_contains($features, feature)
        and coalesce(action, '') <> 'exposed'
    group by user_key
),

-- one row per (person, measure)
measured as (
    select
        'active_days' as measure,
        people.flag,
        cast(people.active_days as double) as after,
        cast(coalesce(earlier.early_days, 0) as double) as before
    from people
    left join earlier on earlier.early_person = people.person
    union all
    select
        'feature_uses' as measure,
        people.flag,
        coalesce(used.uses_after, 0) as after,
        coalesce(used.uses_before, 0) as before
    from people
    left join used on used.feature_person = people.person
    where array_length($features) > 0
    union all
    select
        'feature_users' as measure,
        people.flag,
        cast(case when used.uses_after > 0 then 1 else 0 end as double) as after,
        cast(case when used.uses_before > 0 then 1 else 0 end as double) as before
    from people
    left join used on used.feature_person = people.person
    where array_length($features) > 0
    union all
    select
        'feature_failed' as measure,
        people.flag,
        coalesce(used.failures_after, 0) as after,
        coalesce(used.failures_before, 0) as before
    from people
    left join used on used.feature_person = people.person
    where array_length($features) > 0
)

select
    measure,
    flag = 1 as is_treated,
    count(*) as units,
    cast(sum(after) as double) as after_sum,
    cast(sum(after * after) as double) as after_squares,
    cast(sum(before) as double) as before_sum,
    cast(sum(before * before) as double) as before_squares,
    cast(sum(after * before) as double) as products
from measured
group by measure, flag
order by measure, flag
