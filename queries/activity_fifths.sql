-- Where do the fifths of people by their active days end?
--
-- One row per (active_people): only one, without anybody active none.
--
-- Parameters
--   $start_date  date  first day, included
--   $end_date    date  last day, excluded
--
-- Columns
--   active_people  bigint  people active in these days
--   fifth_1        double  the most active days of the least active fifth
--   fifth_2        double  of the second fifth
--   fifth_3        double  of the third
--   fifth_4        double  of the fourth; who was active on more days is in the fifth one

with

-- one row per person
people as (
    select user_key, count(*) as active_days
    from user_days
    where day >= $start_date and day < $end_date
    group by user_key
)

select
    count(*) as active_people,
    cast(m_quantile(active_days, 0.2) as double) as fifth_1,
    cast(m_quantile(active_days, 0.4) as double) as fifth_2,
    cast(m_quantile(active_days, 0.6) as double) as fifth_3,
    cast(m_quantile(active_days, 0.8) as double) as fifth_4
from people
having count(*) > 0
order by active_people
