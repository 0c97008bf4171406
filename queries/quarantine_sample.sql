-- What do some of the rows look like that were set aside for a reason?
--
-- One row per (file, row_number), in the order of files and rows.
--
-- Parameters
--   $table_name  varchar  the table they would have belonged to
--   $reason      varchar  why they do not count
--   $most_rows   integer  how many at most
--
-- Columns
--   file         varchar  where they stand
--   row_number   bigint   which row of the file, from 0
--   day          date     local day, of duplicates
--   content      varchar  the row as it stands in the file, as JSON

with

-- one row per row set aside
ordered as (
    select
        file,
        row_number,
        day,
        content,
        row_number() over (order by file, row_number) as place
    from quarantine
    where table_name = $table_name
        and reason = $reason
)

select
    file,
    row_number,
    day,
    content
from ordered
where place <= $most_rows
order by file, row_number
