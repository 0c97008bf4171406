-- When did people answer, on which scale and how?
--
-- One row per (minute_at, scale, score), oldest first; words without a score are left out.
--
-- Parameters
--   $start_at     timestamp  first moment, UTC, included
--   $end_at       timestamp  last moment, UTC, excluded
--   $start_date   date       first local day of the period, included
--   $end_date     date       last local day, excluded
--   $is_narrowed  boolean    true: only people active in the segment in the period
--
-- Columns
--   minute_at     timestamp  the minute, UTC
--   scale         varchar    nps or csat
--   score         double     the answer
--   answers       bigint     how many said so in that minute

select
    cast(date_trunc('minute', feedback.said_at) as timestamp) as minute_at,
    feedback.scale,
    feedback.score,
    count(*) as answers
from feedback
left join users on users.user_id = feedback.user_id
where feedback.said_at >= $start_at
    and feedback.said_at < $end_at
    and feedback.score is not null
    and feedback.scale is not null
    and (
        not $is_narrowed
        or users.user_key in (
            select user_key from user_days where day >= $start_date and day < $end_date
        )
    )
group by minute_at, feedback.scale, feedback.score
order by minute_at, feedback.scale, feedback.score
