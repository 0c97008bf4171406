-- What did people answer, and say in their own words?
--
-- One row per (place), the latest first.
--
-- Parameters
--   $start_at     timestamp  first moment, UTC, included
--   $end_at       timestamp  last moment, UTC, excluded
--   $start_date   date       first local day of the period, included
--   $end_date     date       last local day, excluded
--   $is_narrowed  boolean    true: only people active in the segment in the period
--   $features     varchar[]  what it is about; empty: anything
--   $scales       varchar[]  nps or csat; empty: on any scale or none
--   $lowest       double     the lowest answer that counts, where there are scales
--   $highest      double     the highest one
--   $needs_words  boolean    true: only those with words of their own
--   $most_rows    integer    how many at most
--
-- Columns
--   place         bigint     1 for the latest
--   said_at       timestamp  when, UTC
--   user_id       varchar    who said it
--   account_id    varchar    the customer they belong to; null: none, or no known user
--   scale         varchar    nps or csat; null: not told
--   score         double     the answer on the scale; null: words only
--   feature       varchar    what it is about; null: the product
--   channel       varchar    where it was said
--   words         varchar    what they said

with

-- one row per thing said
said as (
    select
        feedback.said_at,
        feedback.user_id,
        users.account_id,
        feedback.scale,
        feedback.score,
        feedback.feature,
        feedback.channel,
        feedback.text as told,
        row_number() over (
            order by feedback.said_at desc, feedback.user_id, feedback.text, feedback.score
        )
            as said_number
    from feedback
    left join users on users.user_id = feedback.user_id
    where feedback.said_at >= $start_at
        and feedback.said_at < $end_at
        and (not $needs_words or trim(feedback.text) <> '')
        and (
            array_length($scales) = 0
            or (
                list_contains($scales, feedback.scale)
                and feedback.score >= $lowest
                and feedback.score <= $highest
            )
        )
        and (array_length($features) = 0 or list_contains($features, feedback.feature))
        and (
            not $is_narrowed
            or users.user_key in (
                select user_key from user_days where day >= $start_date and day < $end_date
            )
        )
)

select
    said_number as place,
    said_at,
    user_id,
    account_id,
    scale,
    score,
    feature,
    channel,
    told as words
from said
where said_number <= $most_rows
order by place
