"""Do people come back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from metrics.periods import Grain
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

Criterion = Literal["on", "on_or_after"]
Clock = Literal["calendar", "own"]


@dataclass(frozen=True, slots=True)
class RetentionQuestion:
    """What counts as starting and as coming back.

    Attributes:
        grain: What one interval is.
        criterion: "on": a return in interval k; "on_or_after": in k or any later one.
        clock: "calendar": intervals are calendar days, weeks or months; "own": spans of 24 hours
            (7 or 30 times that) from each person's own start.
        intervals: How many intervals after the first one, at least 1; ignored with brackets.
        brackets: Spans of intervals as (first, last), both included, such as ((1, 6), (7, 13));
            empty: one interval each. Not with "on_or_after".
        is_first_time: Whether a person belongs to the cohort of their first start only, or to
            every period in which they start.
        start_events: Names that start; empty: any qualifying event.
        return_events: Names that count as return; empty: any qualifying event.
        min_returns: Return events needed within the interval, at least 1.
        by: Dimension whose value at the start splits the cohorts; None: not split.
    """

    grain: Grain = "week"
    criterion: Criterion = "on"
    clock: Clock = "calendar"
    intervals: int = 12
    brackets: tuple[tuple[int, int], ...] = ()
    is_first_time: bool = True
    start_events: tuple[str, ...] = ()
    return_events: tuple[str, ...] = ()
    min_returns: int = 1
    by: str | None = None


@dataclass(frozen=True, slots=True)
class RetentionReport(Report):
    """Cohorts of starters, and the share of each that came back.

    Attributes:
        triangle: One row per (segment, cohort, interval): `segment, cohort` (first day of the
            cohort's period), `cohort_end, interval` (0 is the start), `span` (words such as
            "Week 3" or "Days 1–6"), `users` (cohort size), `returned, share, low, high`
            (Wilson 95 %), `is_observable`, `is_cohort_complete`. Where a cell cannot be
            observed yet, `returned` and the shares are null.
        average: One row per (segment, interval): `segment, interval, span, users, returned,
            cohorts, share, low, high`, pooled over the mature cohorts only; all null when none is.
        cohorts: How many cohorts the triangle has.
        question: What was asked.
        criterion_words: The rule in words, to be printed beside every figure.
    """

    triangle: Source
    average: Source
    cohorts: int
    question: RetentionQuestion
    criterion_words: str

    def at_interval(self, interval: int) -> pl.DataFrame:
        """Retention at one interval over the cohorts: `segment, cohort, users, returned, share,
        low, high`; only cohorts that are complete and old enough.
        """  # noqa: D205
        return self.triangle.rows.filter(
            (pl.col("interval") == interval)
            & pl.col("is_observable")
            & pl.col("is_cohort_complete")
        ).select("segment", "cohort", "users", "returned", "share", "low", "high")


def retention(
    workspace: Workspace, scope: Scope, question: RetentionQuestion | None = None
) -> RetentionReport:
    """Follow the cohorts that start in the scope's period up to the watermark.

    Args:
        workspace: Where to ask.
        scope: The period chooses the cohorts; returns are seen up to the last complete day. Its
            grain is not used: the question has its own.
        question: What counts as starting and as coming back.
    """
    raise NotImplementedError
