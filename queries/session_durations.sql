-- How long are the visits that started in the period?
--
-- One row per (segment, bin), by segment, shortest first; an empty bin is a row of zero.
-- A visit belongs to a bin if it is longer than its start and no longer than its end; those of no
-- length are bin 0.
-- Breakdown: yes
--
-- Parameters
--   $start_date   date     first day, included
--   $end_date     date     last day, excluded
--
-- Columns
--   segment       varchar  value of the breakdown
--   bin           integer  0 for the visits of no length, then 1, 2, …
--   from_seconds  double   start of the bin, not included but for bin 0
--   to_seconds    double   its end, included; null: none
--   sessions      bigint   visits in the bin

with

-- one row per bin
bins as (
    select 0 as number, cast(0 as double) as longer_than, cast(0 as double) as at_most
    union all
    select 1 as number, cast(0 as double) as longer_than, cast(10 as double) as at_most
    union all
    select 2 as number, cast(10 as double) as longer_than, cast(30 as double) as at_most
    union all
    select 3 as number, cast(30 as double) as longer_than, cast(60 as double) as at_most
    union all
    select 4 as number, cast(60 as double) as longer_than, cast(180 as double) as at_most
    union all
    select 5 as number, cast(180 as double) as longer_than, cast(600 as double) as at_most
    union all
    select 6 as number, cast(600 as double) as longer_than, cast(1800 as double) as at_most
    union all
    select 7 as number, cast(1800 as double) as longer_than, cast(3600 as double) as at_most
    union all
    select 8 as number, cast(3600 as double) as longer_than, cast(10800 as double) as at_most
    union all
    select 9 as number, cast(10800 as double) as longer_than, cast(null as double) as at_most
),

-- one row per visit
visits as (
    select
        segment,
        case
            when seconds <= 0 then 0
            when seconds <= 10 then 1
            when seconds <= 30 then 2
            when seconds <= 60 then 3
            when seconds <= 180 then 4
            when seconds <= 600 then 5
            when seconds <= 1800 then 6
            when seconds <= 3600 then 7
            when seconds <= 10800 then 8
            else 9
        end as bin_number
    from sessions
    where day >= $start_date
        and day < $end_date
),

-- one row per (segment, bin) with a visit
counts as (
    select
        segment,
        bin_number,
        count(*) as visit_count
    from visits
    group by segment, bin_number
)

select
    segments.segment,
    bins.number as bin,
    bins.longer_than as from_seconds,
    bins.at_most as to_seconds,
    coalesce(counts.visit_count, 0) as sessions
from bins
cross join (select distinct segment from counts) as segments
left join counts
    on counts.segment = segments.segment
    and counts.bin_number = bins.number
order by segments.segment, bins.number
