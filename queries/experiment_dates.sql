-- Which experiments started or ended in the period?
--
-- One row per (experiment), by start.
--
-- Parameters
--   $start_date  date       first day in UTC, included
--   $end_date    date       last day in UTC, excluded
--
-- Columns
--   experiment   varchar    its name
--   started_at   timestamp  when, UTC
--   ended_at     timestamp  when, UTC; null: it runs
--   hypothesis   varchar    what was expected, and why

select
    experiment,
    started_at,
    ended_at,
    hypothesis
from experiments
where (started_at >= $start_date and started_at < $end_date)
    or (ended_at >= $start_date and ended_at < $end_date)
order by started_at, experiment
