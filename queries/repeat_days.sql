-- How often do people do something again, how lately, and how often after a day?
--
-- One row per (repeats, recency_days, observed_days), fewest repeats first.
-- Everything is counted by days with the event, from each person's first one.
--
-- Parameters
--   $events        varchar[]  names; empty: any qualifying event
--   $split_on      date       days from it on are counted apart; who begins after it is left out
--   $watermark     date       last complete day
--
-- Columns
--   repeats        bigint     days after the first one, before the split
--   recency_days   bigint     from the first to the last day before the split
--   observed_days  bigint     from the first day to the split
--   people         bigint     how many are like this
--   later_days     bigint     days that they have from the split on, together

with

-- one row per (person, day)
done as (
    select
        user_key,
        day
    from user_days
    where array_length($events) = 0
        and day <= $watermark
    union all
    select distinct
        user_key,
        day
    from feature_days
    where list_contains($events, event)
        and day <= $watermark
),

-- one row per person
habits as (
    select
        user_key,
        min(day) as first_done_day,
        max(case when day < $split_on then day end) as last_done_day,
        cast(sum(case when day < $split_on then 1 else 0 end) as bigint) as days_before,
        cast(sum(case when day >= $split_on then 1 else 0 end) as bigint) as days_after
    from done
    group by user_key
)

select
    days_before - 1 as repeats,
    m_days_between(first_done_day, last_done_day) as recency_days,
    m_days_between(first_done_day, $split_on) as observed_days,
    count(*) as people,
    cast(sum(days_after) as bigint) as later_days
from habits
where days_before > 0
group by
    days_before - 1,
    m_days_between(first_done_day, last_done_day),
    m_days_between(first_done_day, $split_on)
order by repeats, recency_days, observed_days
