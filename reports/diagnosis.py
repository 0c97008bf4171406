"""A feature is under-used: can people not find it, not manage it, or not need it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.diagnosis.instrumenting import EVENTS
from metrics.diagnosis.product import FEWEST
from metrics.diagnosis.tracking import RELEASED
from metrics.diagnosis.verdicts import (
    CAUSE,
    LOW_BUT_ORDINARY,
    TRACKING,
    UNCOMPARED,
    UNKNOWN_CAUSE,
    USED,
)
from metrics.periods import Period, days_ending
from reports import diagnosis_definitions
from reports.answer import Report, Source, source
from reports.diagnosed import Diagnosed, Found, diagnosed
from reports.diagnosis_words import MISSING_WORDS
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace

WEEKS = (8, 12, 16)
USUAL_WEEKS = 12
# What needs a person comes first.
ORDER = (CAUSE, UNKNOWN_CAUSE, TRACKING, LOW_BUT_ORDINARY, UNCOMPARED, USED)
SCHEMA: dict[str, Any] = {
    "feature": pl.String, "verdict": pl.String, "confidence_share": pl.Float64, "gain": pl.Int64,
    "habit_share": pl.Float64, "peers_share": pl.Float64, "habitual": pl.Int64,
    "eligible": pl.Int64, "kind": pl.String, "bar_share": pl.Float64,
    "too_little_share": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class DiagnosisReport(Report):
    """Every feature, what needs a person first.

    Attributes:
        overview: One row per feature.
        diagnosed: What the rows come from.
        period: The complete days that were read.
        missing: What the product does not send, in words.
        is_too_few: Whether there are too few features to learn from, so that no cause is named.
        named: Features with a named cause.
        underused: Features that are surely used too little.
        untrusted: Features with a tracking problem.
        ordinary: Features that are low and yet ordinary for their type.
    """

    overview: Source
    diagnosed: Diagnosed
    period: Period
    missing: tuple[str, ...]
    is_too_few: bool
    named: int
    underused: int
    untrusted: int
    ordinary: int


def diagnosis(
    workspace: Workspace, segment: Segment, *, weeks: int = USUAL_WEEKS, until: date | None = None
) -> DiagnosisReport | None:
    """The verdict on every feature; None: no event names a feature, or nobody was active.

    Args:
        workspace: Where to ask.
        segment: Whose events count.
        weeks: How many weeks are read, one of `WEEKS`.
        until: Their last day; None: the last complete one.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
        ValueError: `weeks` is not one of `WEEKS`.
    """
    period = period_of(workspace, weeks, until)
    found = diagnosed(workspace, segment, period)
    counted = found.counted
    if counted.counts is None:
        return None
    every = list(found.found.values())
    first = counted.answers[counted.features[0].name]
    overview = source(
        first, title="Features and their verdicts", definition=diagnosis_definitions.OVERVIEW
    )
    kinds = [one.verdict.kind for one in every]
    return DiagnosisReport(
        overview=overview.showing(_rows(every), *_caveats(found)),
        diagnosed=found,
        period=period,
        missing=missing_words(found),
        is_too_few=found.product is None,
        named=kinds.count(CAUSE),
        underused=sum(one.under_use.is_underused for one in every),
        untrusted=kinds.count(TRACKING),
        ordinary=kinds.count(LOW_BUT_ORDINARY),
    )


def period_of(workspace: Workspace, weeks: int, until: date | None = None) -> Period:
    """So many weeks up to a day, or to the last complete one if that is earlier.

    Raises:
        ValueError: `weeks` is not one of `WEEKS`.
    """
    if weeks not in WEEKS:
        raise ValueError(f"weeks is one of {', '.join(map(str, WEEKS))}, got {weeks}")
    days = known(workspace)
    last = max(days.watermark, days.data_start)
    return days_ending(min(until or last, last), weeks * 7)


def verdict_words(found: Found) -> str:
    """The verdict in a few words."""
    said = found.verdict
    if said.kind == CAUSE:
        named = [f"{cause} ({sub})" if sub != cause else cause
                 for cause, sub in zip(said.causes, said.subcauses, strict=True)]  # fmt: skip
        return " and ".join(named).capitalize()
    if said.kind == TRACKING:
        return f"Tracking problem: {' and '.join(found.tracking.problems)}"
    return said.kind.capitalize()


def missing_words(found: Diagnosed) -> tuple[str, ...]:
    """What no feature of the product sends."""
    return tuple(
        MISSING_WORDS[event] for event, names in EVENTS.items() if set(names) <= found.unknown
    )


def _rows(every: list[Found]) -> pl.DataFrame:
    ordered = sorted(every, key=_urgency)
    return pl.DataFrame([_row(one) for one in ordered], schema=SCHEMA, orient="row")


def _urgency(one: Found) -> tuple[int, float, float, str]:
    worth = one.gain.expected if one.gain else 0
    faults = len(set(one.tracking.problems) - {RELEASED})
    low = one.under_use.probability or 0.0
    return (ORDER.index(one.verdict.kind), -worth - faults, -low, one.feature.name)


def _row(one: Found) -> tuple[object, ...]:
    use = one.under_use
    return (
        one.feature.label, verdict_words(one), one.verdict.probability,
        one.gain.expected if one.gain else None,
        use.habitual / use.eligible if use.eligible else None, use.usual, use.habitual,
        use.eligible, one.feature.kind, use.bar, use.probability,
    )  # fmt: skip


def _caveats(found: Diagnosed) -> tuple[str, ...]:
    counted = found.counted
    said: list[str] = []
    if len(set(map(id, counted.answers.values()))) > 1:
        said.append(
            "Features that only some may use were counted among those people; the SQL here is that "
            "of the features that are open to all, a feature's own page has its own"
        )
    if found.product is None:
        said.append(
            f"A cause is named from {FEWEST} features on, since how much healthy ones differ is "
            f"learned from the product itself; here are {len(counted.features)}"
        )
    if not counted.is_by_plan:
        said.append("There is no dimension called plan, so people are compared by activity alone")
    return tuple(said)
