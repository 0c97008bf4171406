-- How long were people silent, and did they come back?
--
-- One row per (segment, silent_days), by segment, shortest first.
-- A gap is counted from an active day to the next one; everybody's last one is still open.
-- Breakdown: yes
--
-- Parameters
--   $watermark    date     last complete day; later activity is not seen
--
-- Columns
--   segment       varchar  value of the breakdown
--   silent_days   bigint   days from one active day to the next, or to the last complete day
--   closed_gaps   bigint   gaps of so many days that ended with a return
--   open_gaps     bigint   people whose last active day lies so many days before the last complete
--                          one

with

-- one row per (segment, person)
last_days as (
    select
        segment,
        user_key,
        max(day) as latest_day
    from user_days
    where day <= $watermark
    group by segment, user_key
),

-- one row per (segment, length, whether it ended)
gaps as (
    select
        segment,
        m_days_between(prev_day, day) as length,
        count(*) as ended,
        0 as running
    from user_days
    where prev_day is not null
        and day <= $watermark
    group by segment, m_days_between(prev_day, day)
    union all
    select
        segment,
        m_days_between(latest_day, $watermark) as length,
        0 as ended,
        count(*) as running
    from last_days
    group by segment, m_days_between(latest_day, $watermark)
)

select
    segment,
    length as silent_days,
    cast(sum(ended) as bigint) as closed_gaps,
    cast(sum(running) as bigint) as open_gaps
from gaps
group by segment, length
order by segment, silent_days
