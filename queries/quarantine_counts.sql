-- How many rows were set aside, from which file, and why?
--
-- One row per (table_name, file, reason), most rows first.
--
-- Columns
--   table_name   varchar  the table they would have belonged to
--   file         varchar  where they stand
--   reason       varchar  why they do not count
--   rows         bigint   how many

select
    table_name,
    file,
    reason,
    count(*) as rows
from quarantine
group by table_name, file, reason
order by rows desc, table_name, file, reason
