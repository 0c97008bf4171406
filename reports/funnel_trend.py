"""How did the conversion of a funnel move, and what of it may still change?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.funnel import trend
from reports import funnel_definitions
from reports.answer import Report, Source
from reports.funnel_counts import FunnelCounts, funnel_counts
from reports.funnel_tables import funnel_source, ripe_before, seen_until, step_rows
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

SCHEMA = {
    "period_start": pl.Date, "period_end": pl.Date, "entered": pl.Int64, "converted": pl.Int64,
    "share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "ripe": pl.Int64,
    "ripe_converted": pl.Int64, "fair_share": pl.Float64, "fair_low": pl.Float64,
    "fair_high": pl.Float64, "is_ripe": pl.Boolean,
    "is_whole": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunnelTrend(Report):
    """Conversion by period of entry.

    Attributes:
        periods: One row per period: `period_start, period_end` (day after its last), `entered,
            converted` (so far), `share, low, high` (Wilson 95 %; null where nobody entered),
            `ripe, ripe_converted` (who had the whole window), `fair_share, fair_low,
            fair_high` (of these), `is_ripe`
            (all of its entries have), `is_whole` (all of its days are among those looked at).
    """

    periods: Source


def funnel_trend(workspace: Workspace, scope: Scope, question: FunnelQuestion) -> FunnelTrend:
    """Count a funnel by the period of entry, at the scope's grain."""
    whole = complete_scope(scope, known(workspace)) or scope
    counts = funnel_counts(workspace, whole.period, whole.segment, question, whole.grain)
    starts = [one.start for one in counts.periods]
    rows = step_rows(counts.by_period, starts, None, ripe_before(workspace, counts.asked, question))
    found = funnel_source(
        workspace, counts, question, rows,
        title=f"Conversion by {whole.grain} of entry",
        definition=funnel_definitions.trend(question),
        shown="periods",
    )  # fmt: skip
    return FunnelTrend(found.showing(_periods(workspace, counts, question)))


def _periods(workspace: Workspace, counts: FunnelCounts, question: FunnelQuestion) -> pl.DataFrame:
    asked = counts.asked
    until = seen_until(workspace, asked)
    entered = trend(counts.by_period.attempts, counts.edges, question.rules, complete_until=until)
    rows = [
        (
            period.start, period.end, one.entered, one.converted, one.rate.value, one.rate.low,
            one.rate.high, one.ripe, one.ripe_converted, one.fair_rate.value,
            one.fair_rate.low, one.fair_rate.high, one.is_ripe,
            asked.entry_from <= period.start and period.end <= asked.entry_until,
        )
        for period, one in zip(counts.periods, entered, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
