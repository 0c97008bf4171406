"""One release's answer: what is known, the verdict, and everything behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from metrics.periods import Period
from reports.answer import Report, Source

if TYPE_CHECKING:
    from datetime import date

    from metrics.impact import Choice, Missing, Readout, Verdict
    from metrics.impact.verdict import Goal
    from reports.release_effects import Effect
    from reports.release_facts import Release, Window
    from reports.release_rollout import Shape
    from reports.version_changes import VersionChanges

Standing = Literal["planned", "insufficient", "judged"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A goal or guardrail that was set before.

    Attributes:
        measure: Its name.
        label: What the measure is called.
        role: "goal" or "guardrail".
        target: An effect as a fraction.
        found: The effect; None: not measured.
        said: Met, not met, or cannot tell; of a guardrail, "met" is "not harmed".
    """

    measure: str
    label: str
    role: str
    target: float
    found: Effect | None
    said: Goal


@dataclass(frozen=True, slots=True)
class ReleaseReport(Report):
    """One release.

    Attributes:
        release: What is known of it.
        window: The days that are compared.
        standing: "planned", "insufficient" or "judged".
        sentence: The verdict, or what is missing and when to look again.
        missing: What is missing; empty when it is judged.
        look_again: The day to look again; None: waiting does not help, or all readouts are over.
        shape: How it reached its users; None: not out yet.
        choice: The method of the primary measure, chosen before looking; None: not out yet.
        primary: Name of the primary measure; None: none has days on both sides.
        verdict: Of the primary measure; None unless judged.
        readouts: Days 3, 7, 14, 28 of the primary measure.
        metrics: One row per measure at the latest readout.
        exposure: One row per day: `day, active, reached, share`.
        daily: The primary measure day by day; not a readout.
        event_study: Its effect week by week, where segments are compared.
        ordinary: Its placebos.
        checks: Diagnostics in words, a name and a sentence.
        visible: The smallest effect it could have seen, in the primary's form; None: not known.
        criteria: Goals and guardrails set before, judged.
        others: Releases around the same days.
        around: Holidays and experiments inside the window, in words.
        versions: What is new in its version by route; None: no requests name it.
    """

    release: Release
    window: Window
    standing: Standing
    sentence: str
    missing: tuple[Missing, ...]
    look_again: date | None
    shape: Shape | None
    choice: Choice | None
    primary: str | None
    verdict: Verdict | None
    readouts: tuple[Readout, ...]
    metrics: Source
    exposure: Source
    daily: Source
    event_study: Source
    ordinary: Source
    checks: tuple[tuple[str, str], ...]
    visible: float | None
    criteria: tuple[Criterion, ...]
    others: tuple[Release, ...]
    around: tuple[str, ...]
    versions: VersionChanges | None

    @property
    def period(self) -> Period:
        """The days of the daily chart."""
        return Period(self.window.before_start, self.window.end)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Rows of the metrics that are findings, the worse ones first."""
        if self.metrics.is_empty or "is_finding" not in self.metrics.rows.columns:
            return []
        rows = self.metrics.rows.filter(pl.col("is_finding")).rows(named=True)
        return sorted(rows, key=lambda row: (is_better(row), row["adjusted_p"]))


def is_better(row: dict[str, Any]) -> bool:
    """Whether an effect went the wanted way."""
    return bool((row["effect"] > 0) == (row["better"] == "higher"))
