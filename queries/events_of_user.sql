-- What did a person do up to a moment?
--
-- One row per (place), the latest first.
--
-- Parameters
--   $user_id      varchar    who
--   $start_date   date       first local day, included
--   $end_date     date       last local day, excluded
--   $until_at     timestamp  the last moment, UTC, included
--   $most_rows    integer    how many at most
--
-- Columns
--   place         bigint     1 for the latest
--   occurred_at   timestamp  when, UTC
--   event         varchar    what they did
--   feature       varchar    the feature used; null: none
--   action        varchar    what was done with it; null: not told

with

-- one row per event
done as (
    select
        steps.occurred_at,
        steps.event,
        steps.feature,
        steps.action,
        row_number() over (
            order by steps.occurred_at desc, steps.event, steps.feature, steps.action
        ) as done_number
    from steps
    inner join users on users.user_key = steps.user_key
    where users.user_id = $user_id
        and steps.day >= $start_date
        and steps.day < $end_date
        and steps.occurred_at <= $until_at
)

select
    done_number as place,
    occurred_at,
    event,
    feature,
    action
from done
where done_number <= $most_rows
order by place
