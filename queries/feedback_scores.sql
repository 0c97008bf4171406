-- How did people answer, on which scale and about what?
--
-- One row per (segment, feature, scale, score), by segment, feature and scale, best score first.
-- Breakdown: yes
--
-- Parameters
--   $start_at     timestamp  first moment, UTC, included
--   $end_at       timestamp  last moment, UTC, excluded
--   $start_date   date       first local day of the period, included
--   $end_date     date       last local day, excluded
--   $is_narrowed  boolean    true: only people active in the segment in the period
--
-- Columns
--   segment       varchar    value of the breakdown; null: of somebody who is no known user
--   feature       varchar    what it is about; null: the product
--   scale         varchar    nps or csat; null: not told
--   score         double     the answer; null: words only
--   answers       bigint     how many said so
--   with_words    bigint     of those, with words of their own
--   people        bigint     how many different people they come from

select
    users.segment,
    feedback.feature,
    feedback.scale,
    feedback.score,
    count(*) as answers,
    cast(sum(case when trim(feedback.text) <> '' then 1 else 0 end) as bigint) as with_words,
    count(distinct feedback.user_id) as people
from feedback
left join users on users.user_id = feedback.user_id
where feedback.said_at >= $start_at
    and feedback.said_at < $end_at
    and (
        not $is_narrowed
        or users.user_key in (
            select user_key from user_days where day >= $start_date and day < $end_date
        )
    )
group by users.segment, feedback.feature, feedback.scale, feedback.score
order by users.segment, feedback.feature, feedback.scale, feedback.score desc
