"""What do users say: how content are they, who, about what, and is it changing?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from metrics.feedback import (
    BEST,
    DETRACTORS_TO,
    PROMOTERS_FROM,
    SATISFIED_FROM,
    NetPromoter,
    net_promoter_of,
)
from metrics.periods import bucket_end, bucket_start, grain_with_enough
from metrics.rates import Rate, rate
from reports import feedback_definitions as words
from reports.answer import Report, Source, source
from reports.feedback_by_feature import feedback_scores, moments
from reports.known import known

if TYPE_CHECKING:
    from metrics.periods import Grain, WeekStart
    from queries import Workspace
    from reports.scope import Scope

Scale = Literal["nps", "csat"]
SCALES: tuple[Scale, ...] = ("nps", "csat")
ENDS: dict[str, tuple[float, float]] = {"nps": (0, BEST), "csat": (1, 5)}
NOT_SET = "(not set)"
EVERYONE = "All users"

Counts = Mapping[float, int]  # answers by score


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of some answers on one scale.

    Attributes:
        scale: nps or csat.
        value: NPS in points, −100 to 100, or the share of the satisfied; None without answers.
        low: Lower end of its 95 % interval.
        high: Upper end.
        answers: How many.
        good: Promoters, or satisfied.
        bad: Detractors, or those with 1 to 3 of 5.
    """

    scale: Scale
    value: float | None
    low: float | None
    high: float | None
    answers: int
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class FeedbackReport(Report):
    """The answers of a period.

    Attributes:
        scores: One row per (scale, score): `answers, with_words`.
        features: One row per feature with answers, most answers first: `feature, label, answers,
            satisfied, satisfied_share, low, high, nps_answers, nps`.
        trend: One row per (scale, period_start) with answers: `score, low, high, answers,
            is_complete`; NPS in points, CSAT as a share.
        grains: How finely the trend of a scale is drawn.
        nps: Over the whole period.
        csat: Likewise.
        said: Things said, with a score or without.
        with_words: Of those, in words of their own.
        strange: Answers outside their scale, left out of the scores.
        is_missing: Whether there is no feedback at all, at any time.
    """

    scores: Source
    features: Source
    trend: Source
    grains: Mapping[str, Grain]
    nps: Scored
    csat: Scored
    said: int
    with_words: int
    strange: int
    is_missing: bool


def feedback(workspace: Workspace, scope: Scope, *, is_grain_left: bool = False) -> FeedbackReport:
    """Count and score what was said in the period.

    Args:
        workspace: Where to ask.
        scope: When, drawn how finely, and whom; its comparison is not used.
        is_grain_left: Whether the trend may be drawn more coarsely, so that each of its spans has
            answers enough.
    """
    counted = feedback_scores(workspace, scope)
    rows = counted.rows
    usable = rows.filter(_is_usable())
    strange = int(
        rows.filter(pl.col("scale").is_in(SCALES) & pl.col("score").is_not_null() & ~_is_usable())[
            "answers"
        ].sum()
    )
    caveats = [f"{strange:,} answers outside their scale are left out"] if strange else []
    if any(level == "event" for level in _levels(workspace, scope)):
        caveats.append("a filter on events keeps people with such an event in the period")
    found = source(counted, title="Answers", definition=words.SCORES, caveats=tuple(caveats))
    labels = {name: workspace.settings.feature(name).title(name) for name in _names(usable)}
    state = workspace.snapshot.sources.get("feedback") if workspace.snapshot else None
    return FeedbackReport(
        scores=found.showing(
            usable.group_by("scale", "score")
            .agg(pl.col("answers").sum(), pl.col("with_words").sum())
            .sort("scale", "score", descending=[False, True])
        ),
        features=found.showing(_by_feature(usable, labels)),
        **_trend(workspace, scope, is_grain_left=is_grain_left),
        nps=scored("nps", counts_of(usable, "nps")),
        csat=scored("csat", counts_of(usable, "csat")),
        said=int(rows["answers"].sum()),
        with_words=int(rows["with_words"].sum()),
        strange=strange,
        is_missing=state is None or not state.rows,
    )


def feedback_segments(workspace: Workspace, scope: Scope, *, by: str, scale: Scale) -> Source:
    """The score by the values of a dimension of users, most answers first.

    The rows: `segment, score, low, high, answers, good, bad`.
    """
    counted = feedback_scores(workspace, scope, by=by)
    usable = counted.rows.filter(_is_usable() & (pl.col("scale") == scale)).with_columns(
        pl.col("segment").fill_null(NOT_SET)
    )
    rows = []
    for (segment,), some in usable.group_by("segment", maintain_order=True):
        one = scored(scale, counts_of(some, scale))
        rows.append((segment, one.value, one.low, one.high, one.answers, one.good, one.bad))
    schema: dict[str, Any] = {
        "segment": pl.String, "score": pl.Float64, "low": pl.Float64, "high": pl.Float64,
        "answers": pl.Int64, "good": pl.Int64, "bad": pl.Int64,
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=schema, orient="row").sort(
        "answers", "segment", descending=[True, False]
    )
    found = source(counted, title=f"{scale.upper()} by {by}", definition=words.SEGMENTS)
    return found.showing(table)


def counts_of(rows: pl.DataFrame, scale: Scale) -> Counts:
    """Answers by score on one scale."""
    some = rows.filter(pl.col("scale") == scale).group_by("score").agg(pl.col("answers").sum())
    return dict(some.iter_rows())


def scored(scale: Scale, counts: Counts) -> Scored:
    """NPS in points, or the share of the satisfied, with its interval and numbers."""
    answers = sum(counts.values())
    if scale == "nps":
        good = _sum(counts, PROMOTERS_FROM, BEST)
        bad = _sum(counts, 0, DETRACTORS_TO)
        found: NetPromoter = net_promoter_of(good, answers - good - bad, bad)
        return Scored(scale, found.score, found.low, found.high, answers, good, bad)
    good = _sum(counts, SATISFIED_FROM, 5)
    share: Rate = rate(good, answers)
    return Scored(scale, share.value, share.low, share.high, answers, good, answers - good)


def _sum(counts: Counts, low: float, high: float) -> int:
    return sum(count for score, count in counts.items() if low <= score <= high)


def _is_usable() -> pl.Expr:
    """Whether a score is one of its scale's."""
    inside = [
        (pl.col("scale") == scale) & pl.col("score").is_between(*ends)
        for scale, ends in ENDS.items()
    ]
    return (inside[0] | inside[1]).fill_null(value=False)


def _levels(workspace: Workspace, scope: Scope) -> Iterable[str]:
    return (workspace.dimensions[one.dimension].level for one in scope.segment.filters)


def _names(rows: pl.DataFrame) -> list[str]:
    return rows["feature"].drop_nulls().unique().sort().to_list()


def _by_feature(rows: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    table = []
    for name, label in labels.items():
        some = rows.filter(pl.col("feature") == name)
        csat, nps = scored("csat", counts_of(some, "csat")), scored("nps", counts_of(some, "nps"))
        table.append((
            name, label, csat.answers, csat.good, csat.value, csat.low, csat.high, nps.answers,
            nps.value,
        ))  # fmt: skip
    schema: dict[str, Any] = {
        "feature": pl.String, "label": pl.String, "answers": pl.Int64, "satisfied": pl.Int64,
        "satisfied_share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
        "nps_answers": pl.Int64, "nps": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(table, schema=schema, orient="row").sort(
        "answers", "feature", descending=[True, False]
    )


def _trend(workspace: Workspace, scope: Scope, *, is_grain_left: bool) -> dict[str, Any]:
    """The scores by day, week or month of the workspace's calendar, and which of them it is."""
    start_at, end_at = moments(workspace, scope.period)
    answer = workspace.ask(
        "feedback_moments",
        segment=scope.segment,
        start_at=start_at,
        end_at=end_at,
        start_date=scope.period.start,
        end_date=scope.period.end,
        is_narrowed=not scope.segment.is_empty,
    )
    product, watermark = workspace.settings.product, known(workspace).watermark
    days: dict[str, dict[date, dict[float, int]]] = {scale: {} for scale in SCALES}
    for minute, scale, score, answers in answer.rows.filter(_is_usable()).iter_rows():
        counts = days[scale].setdefault(_local_day(minute, product.zone), {})
        counts[score] = counts.get(score, 0) + answers
    rows, grains = [], {}
    for scale, by_day in sorted(days.items()):
        answered = {day: sum(counts.values()) for day, counts in by_day.items()}
        grain = scope.grain
        if is_grain_left:
            grain = grain_with_enough(answered, scope.period, grain, product.week_start)
        grains[scale] = grain
        for start, counts in sorted(_spans(by_day, grain, product.week_start).items()):
            one = scored("nps" if scale == "nps" else "csat", counts)
            end = bucket_end(start, grain)
            is_whole = start >= scope.period.start and end <= scope.period.end
            is_complete = is_whole and (end - date.resolution) <= watermark
            rows.append((scale, start, one.value, one.low, one.high, one.answers, is_complete))
    schema: dict[str, Any] = {
        "scale": pl.String, "period_start": pl.Date, "score": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "answers": pl.Int64, "is_complete": pl.Boolean,
    }  # fmt: skip
    found = source(answer, title="Scores over time", definition=words.TREND)
    return {
        "trend": found.showing(pl.DataFrame(rows, schema=schema, orient="row")),
        "grains": grains,
    }


def _spans(
    by_day: Mapping[date, Counts], grain: Grain, week_start: WeekStart
) -> dict[date, dict[float, int]]:
    """Answers by score of each calendar day, week or month with any."""
    found: dict[date, dict[float, int]] = {}
    for day, counts in by_day.items():
        span = found.setdefault(bucket_start(day, grain, week_start), {})
        for score, answers in counts.items():
            span[score] = span.get(score, 0) + answers
    return found


def _local_day(moment: datetime, zone: Any) -> date:
    return moment.replace(tzinfo=UTC).astimezone(zone).date()
