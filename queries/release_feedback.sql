-- What did people answer on each day, on each scale?
--
-- One row per (scale, day), by scale, oldest first.
--
-- Parameters
--   $start_date  date    first day, included
--   $end_date    date    last day, excluded
--
-- Columns
--   scale        varchar  nps or csat
--   day          date     local day
--   total        double   sum of the scores
--   answers      double   answers with a score

select
    feedback.scale,
    calendar.day,
    cast(sum(feedback.score) as double) as total,
    cast(count(*) as double) as answers
from feedback
inner join calendar
    on feedback.said_at >= calendar.begins_at
    and feedback.said_at < calendar.ends_at
where feedback.score is not null
    and feedback.scale is not null
    and calendar.day >= $start_date
    and calendar.day < $end_date
group by feedback.scale, calendar.day
order by feedback.scale, calendar.day
