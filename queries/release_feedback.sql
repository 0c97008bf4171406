-- What did people answer on each day, on each scale?
--
-- One row per (scale, day), by scale, oldest first; days are those of UTC.
--
-- Parameters
--   $start_date  date    first day, included
--   $end_date    date    last day, excluded
--
-- Columns
--   scale        varchar  nps or csat
--   day          date     day
--   total        double   sum of the scores
--   answers      double   answers with a score

select
    scale,
    cast(said_at as date) as day,
    cast(sum(score) as double) as total,
    cast(count(*) as double) as answers
from feedback
where score is not null
    and scale is not null
    and cast(said_at as date) >= $start_date
    and cast(said_at as date) < $end_date
group by scale, cast(said_at as date)
order by scale, cast(said_at as date)
