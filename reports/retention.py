"""Do people come back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.rates import NOT_MEASURABLE, Rate, rate
from metrics.retention import pooled_retention
from reports import definitions
from reports.answer import Report, Source, source
from reports.event_names import qualifying_events
from reports.known import Known, known
from reports.retention_question import OWN_CLOCK_DAYS, Clock, Criterion, RetentionQuestion

if TYPE_CHECKING:
    from queries import Answer, Workspace
    from reports.scope import Scope

# Interval 0 is the cohort itself: everybody, without any uncertainty.
THE_COHORT = Rate(value=1.0, low=None, high=None)

__all__ = ["Clock", "Criterion", "RetentionQuestion", "RetentionReport", "retention"]


@dataclass(frozen=True, slots=True)
class RetentionReport(Report):
    """Cohorts of starters, and the share of each that came back.

    Attributes:
        triangle: One row per (segment, cohort, interval): `segment, cohort` (first day of the
            cohort's period), `cohort_end, interval` (0 is the start), `span` (words such as
            "Week 3" or "Days 1–6"), `users` (cohort size), `returned, share, low, high`
            (Wilson 95 %, null at interval 0, which is the cohort itself), `is_observable,
            is_cohort_complete`. Where a cell cannot be observed yet, `returned` and the shares
            are null.
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
        """Retention at one interval over the cohorts that are complete and old enough.

        Returns:
            `segment, cohort, users, returned, share, low, high`, oldest cohort first.
        """
        mature = pl.col("is_observable") & pl.col("is_cohort_complete")
        return self.triangle.rows.filter((pl.col("interval") == interval) & mature).select(
            "segment", "cohort", "users", "returned", "share", "low", "high"
        )


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
    question = question or RetentionQuestion()
    days = known(workspace)
    found = source(
        _asked(workspace, scope, question, days),
        title="Retention by cohort",
        definition=f"{definitions.RETENTION}\n\nHere: {question.words}.",
        caveats=_caveats(scope, question, days),
    )
    triangle = found.showing(_triangle(found.rows, question))
    average = _average(triangle.rows)
    return RetentionReport(
        triangle=triangle,
        average=Source(
            title="Average retention",
            definition=f"{definitions.RETENTION_AVERAGE}\n\nHere: {question.words}.",
            rows=average,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=found.caveats,
            answered=found.answered,
        ),
        cohorts=triangle.rows["cohort"].n_unique(),
        question=question,
        criterion_words=question.words,
    )


def _asked(workspace: Workspace, scope: Scope, question: RetentionQuestion, days: Known) -> Answer:
    frame: dict[str, Any] = {
        "segment": scope.segment,
        "by": question.by,
        "start_date": scope.period.start,
        "end_date": scope.period.end,
        "grain": question.grain,
        "last_interval": question.last_interval,
        "data_start": days.data_start,
        "watermark": days.watermark,
    }
    is_fixed = is_segment_fixed(workspace, question)
    is_later = question.criterion == "on_or_after"
    if question.is_commonest and is_fixed:
        return workspace.ask("retention_first_active", is_on_or_after=is_later, **frame)
    rules: dict[str, Any] = {
        "filters_for": {"starts": question.start_segment} if question.start_segment else None,
        "start_events": start_events(workspace, question),
        "return_events": list(question.return_events),
        "is_first_time": question.is_first_time,
        "is_on_or_after": is_later,
        "min_returns": question.min_returns,
        "span_starts": question.span_starts,
    }
    if question.clock == "own":
        length = OWN_CLOCK_DAYS[question.grain]
        return workspace.ask("retention_own_clock", interval_days=length, **frame, **rules)
    return workspace.ask("retention", is_segment_fixed=is_fixed, **frame, **rules)


def is_segment_fixed(workspace: Workspace, question: RetentionQuestion) -> bool:
    """Whether a person's value of the breakdown never changes."""
    dimension = workspace.dimensions.get(question.by) if question.by else None
    return dimension is None or dimension.level == "user"


def start_events(workspace: Workspace, question: RetentionQuestion) -> list[str]:
    """The events that start; all by name where the value of the very first one matters.

    Active days do not know which of a day's events came first, single events do.
    """
    if question.start_events or is_segment_fixed(workspace, question):
        return list(question.start_events)
    return list(qualifying_events(workspace))


def _triangle(rows: pl.DataFrame, question: RetentionQuestion) -> pl.DataFrame:
    """The columns asked for, without the gaps between brackets, with their shares."""
    columns = ((0, 0), *question.spans)
    asked = pl.DataFrame({
        "interval": range(len(columns)),
        "first_interval": [first for first, _ in columns],
        "last_interval": [last for _, last in columns],
        "span": [question.span_words(*column) for column in columns],
    })  # fmt: skip
    kept = rows.join(asked, on=["first_interval", "last_interval"], maintain_order="left")
    rates = [_cell(*one) for one in kept.select("interval", "returned", "users").iter_rows()]
    return kept.select(
        "segment",
        "cohort",
        "cohort_end",
        "interval",
        "span",
        "users",
        "returned",
        *(
            pl.Series(name, [getattr(one, field) for one in rates], dtype=pl.Float64)
            for name, field in (("share", "value"), ("low", "low"), ("high", "high"))
        ),
        "is_observable",
        "is_cohort_complete",
    )


def _cell(interval: int, returned: int | None, users: int) -> Rate:
    if returned is None:
        return NOT_MEASURABLE
    return rate(returned, users) if interval else THE_COHORT


def _average(triangle: pl.DataFrame) -> pl.DataFrame:
    """One row per (segment, interval), pooled over complete cohorts that are old enough."""
    groups = triangle.group_by("segment", "interval", "span", maintain_order=True)
    rows = []
    for (segment, interval, span), cells in groups:
        whole = cells.filter(pl.col("is_cohort_complete"))
        pooled = pooled_retention(whole["users"].to_list(), whole["returned"].to_list())
        share = THE_COHORT if interval == 0 and pooled.users else pooled.rate
        rows.append((
            segment, interval, span, pooled.users, pooled.returned, pooled.cohorts,
            share.value, share.low, share.high,
        ))  # fmt: skip
    schema = {
        "segment": pl.String, "interval": pl.Int64, "span": pl.String, "users": pl.Int64,
        "returned": pl.Int64, "cohorts": pl.Int64, "share": pl.Float64, "low": pl.Float64,
        "high": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("segment", "interval")


def _caveats(scope: Scope, question: RetentionQuestion, days: Known) -> tuple[str, ...]:
    caveats = []
    if question.is_first_time and scope.period.start <= days.data_start:
        caveats.append(
            f"The data begin on {days.data_start}: whoever was active before looks new then."
        )
    if not question.is_first_time:
        caveats.append("Recurring starts: one person counts in every cohort in which they start.")
    return tuple(caveats)
