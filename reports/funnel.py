"""Where do people drop off on the way to X?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.changes import Change, change
from metrics.funnel import seconds_between
from metrics.rates import NOT_MEASURABLE, Rate, rate
from reports import funnel_definitions
from reports.answer import Report, Source
from reports.funnel_counts import FunnelCounts, funnel_counts
from reports.funnel_tables import funnel_source, ripe_before, step_rows
from reports.known import complete_scope, known, missing_comparison

if TYPE_CHECKING:
    from queries import Workspace
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

STEP_SCHEMA = {
    "step": pl.Int64, "name": pl.String, "count": pl.Int64, "dropped": pl.Int64,
    "step_share": pl.Float64, "step_low": pl.Float64, "step_high": pl.Float64,
    "share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "median_seconds": pl.Float64, "mean_seconds": pl.Float64,
    "compared_count": pl.Int64, "compared_step_share": pl.Float64, "compared_share": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunnelReport(Report):
    """A funnel's steps, and how far those who entered got.

    Attributes:
        steps: One row per step: `step` (from 1), `name, count, dropped` (did not reach the next;
            null for the last), `step_share, step_low, step_high` (of those at the step before,
            Wilson 95 %; null for the first), `share, low, high` (of those who entered),
            `median_seconds, mean_seconds` (from the step before), and the same of the comparison:
            `compared_count, compared_step_share, compared_share`; null without one.
        entered: Who entered, and compared.
        converted: Who reached the last step, and compared.
        conversion: converted ÷ entered, and compared.
        interval: The conversion with its interval.
        median_seconds: From entry to the last step, over those who reached it, and compared.
        ripe: Of those who entered, how many have had the whole window.
        question: What was asked.
        scope: The complete days that it was asked about, and their comparison.
    """

    steps: Source
    entered: Change
    converted: Change
    conversion: Change
    interval: Rate
    median_seconds: Change
    ripe: int
    question: FunnelQuestion
    scope: Scope

    @property
    def count(self) -> int:
        """Who entered."""
        return int(self.entered.value or 0)


def funnel(workspace: Workspace, scope: Scope, question: FunnelQuestion) -> FunnelReport:
    """Count how far those who enter in the scope's period get.

    Args:
        workspace: Where to ask.
        scope: Days of entry, cut at the last complete one; what happens later is seen up to it.
        question: The funnel.

    Raises:
        QueryError: A dimension is not known.
    """
    days = known(workspace)
    whole = complete_scope(scope, days) or scope
    now = funnel_counts(workspace, whole.period, whole.segment, question, whole.grain)
    rows = whole_rows(workspace, now, question)
    then = None
    if whole.comparison is not None:
        then = funnel_counts(workspace, whole.comparison, whole.segment, question, whole.grain)
    before = None if then is None else whole_rows(workspace, then, question)
    found = funnel_source(
        workspace, now, question, rows,
        title="Steps of the funnel",
        definition=funnel_definitions.steps(question),
        caveats=_caveats(rows, question) + missing_comparison(scope, days),
    )  # fmt: skip
    return FunnelReport(
        steps=found.showing(_steps(rows, before, question)),
        entered=_compared(_reached(rows, 1), before, 1),
        converted=_compared(_reached(rows, len(question.steps)), before, len(question.steps)),
        conversion=change(
            _conversion(rows, question).value,
            None if before is None else _conversion(before, question).value,
        ),
        interval=_conversion(rows, question),
        median_seconds=change(_median_seconds(now), _median_seconds(then)),
        ripe=_ripe(rows),
        question=question,
        scope=whole,
    )


def whole_rows(
    workspace: Workspace, counts: FunnelCounts, question: FunnelQuestion
) -> pl.DataFrame:
    """One row per step that anybody reached, over all days of entry."""
    first = [counts.asked.entry_from]
    return step_rows(counts.whole, first, None, ripe_before(workspace, counts.asked, question))


def _reached(rows: pl.DataFrame, step: int) -> int:
    return int(rows.filter(pl.col("step") == step)["attempts"].sum())


def _ripe(rows: pl.DataFrame) -> int:
    return int(rows.filter(pl.col("step") == 1)["ripe_attempts"].sum())


def _compared(count: int, before: pl.DataFrame | None, step: int) -> Change:
    return change(count, None if before is None else _reached(before, step))


def _conversion(rows: pl.DataFrame, question: FunnelQuestion) -> Rate:
    return rate(_reached(rows, len(question.steps)), _reached(rows, 1))


def _median_seconds(counts: FunnelCounts | None) -> float | None:
    """From entry to the last step, over those who reached it."""
    if counts is None:
        return None
    attempts = counts.whole.attempts
    width = attempts.times.shape[1]
    seconds = seconds_between(attempts, 0, width - 1) if width > 1 else ()
    return float(np.median(seconds)) if len(seconds) else None


def _steps(
    rows: pl.DataFrame, before: pl.DataFrame | None, question: FunnelQuestion
) -> pl.DataFrame:
    """All steps, also those that nobody reached."""
    counts = [_reached(rows, n) for n in range(1, len(question.steps) + 1)]
    others = None if before is None else [_reached(before, n) for n in range(1, len(counts) + 1)]
    times = {step: rest for step, *rest in rows.select(
        "step", "median_seconds", "mean_seconds"
    ).iter_rows()}  # fmt: skip
    shown = []
    for place, (name, count) in enumerate(zip(question.names, counts, strict=True)):
        last = place == len(counts) - 1
        step = rate(count, counts[place - 1]) if place else NOT_MEASURABLE
        whole = rate(count, counts[0]) if place else _everybody(count)
        median, mean = times.get(place + 1, (None, None))
        shown.append((
            place + 1, name, count, None if last else count - counts[place + 1],
            step.value, step.low, step.high, whole.value, whole.low, whole.high, median, mean,
            *_of_before(others, place),
        ))  # fmt: skip
    return pl.DataFrame(shown, schema=STEP_SCHEMA, orient="row")


def _everybody(count: int) -> Rate:
    """The first step is all of those who entered, without any uncertainty."""
    return Rate(value=1.0, low=None, high=None) if count else NOT_MEASURABLE


def _of_before(
    counts: list[int] | None, place: int
) -> tuple[int | None, float | None, float | None]:
    if counts is None:
        return None, None, None
    step = rate(counts[place], counts[place - 1]).value if place else None
    return counts[place], step, rate(counts[place], counts[0]).value


def _caveats(rows: pl.DataFrame, question: FunnelQuestion) -> tuple[str, ...]:
    """What a careful reader should know before comparing."""
    entered, ripe = _reached(rows, 1), _ripe(rows)
    caveats = []
    if ripe < entered and question.path is None:  # of a path only these days count anyway
        caveats.append(
            f"{entered - ripe:,} of {entered:,} who entered have not had their whole window yet "
            "and may still convert: compare with the fair line."
        )
    if question.counting == "total":
        caveats.append(
            "Every attempt counts, so the intervals are too narrow where people try often."
        )
    return tuple(caveats)
