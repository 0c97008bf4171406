"""How many visits are there, and how long do they last?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.changes import Change, change
from metrics.rates import ratio
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import complete_scope, known, missing_comparison

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class SessionsReport(Report):
    """Visits by the day they started on.

    Attributes:
        series: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, sessions, users, sessions_per_user, mean_seconds, median_seconds,
            is_complete`.
        durations: One row per (segment, bin): `segment, bin, from_seconds, to_seconds, sessions,
            share`; a bin holds what is longer than its start and no longer than its end. Bin 0,
            from 0 to 0, holds the visits of no length; the last one has no end (null).
        sessions: Number in the period's complete days, and compared.
        sessions_per_user: Divided by the people with a visit.
        mean_seconds: Mean length; visits of one event count as 0 seconds.
        median_seconds: Median length.
    """

    series: Source
    durations: Source
    sessions: Change
    sessions_per_user: Change
    mean_seconds: Change
    median_seconds: Change


def sessions(workspace: Workspace, scope: Scope, *, by: str | None = None) -> SessionsReport:
    """Count and measure the visits that started in the period."""
    days = known(workspace)
    whole = complete_scope(scope, days)
    now = session_totals(workspace, scope, whole.period if whole else None)
    before = session_totals(workspace, scope, whole.comparison if whole else None)
    return SessionsReport(
        series=session_series(workspace, scope, by=by),
        durations=_durations(workspace, whole or scope, by),
        sessions=change(now.sessions, before.sessions),
        sessions_per_user=change(now.per_user, before.per_user),
        mean_seconds=change(now.mean_seconds, before.mean_seconds),
        median_seconds=change(now.median_seconds, before.median_seconds),
    )


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """Visits of one period; each None without a period, means also without a visit."""

    sessions: int | None = None
    per_user: float | None = None
    mean_seconds: float | None = None
    median_seconds: float | None = None


def session_totals(workspace: Workspace, scope: Scope, period: Period | None) -> SessionTotals:
    """The visits that started in a period, over everybody in the scope."""
    if period is None:
        return SessionTotals()
    answer = workspace.ask(
        "session_totals", segment=scope.segment, start_date=period.start, end_date=period.end
    )
    if answer.rows.is_empty():
        return SessionTotals(sessions=0)
    row: dict[str, Any] = answer.rows.row(0, named=True)
    return SessionTotals(
        sessions=row["sessions"],
        per_user=ratio(row["sessions"], row["users"]),
        mean_seconds=ratio(row["total_seconds"], row["sessions"]),
        median_seconds=row["median_seconds"],
    )


def session_series(workspace: Workspace, scope: Scope, *, by: str | None = None) -> Source:
    """Visits by day, week or month."""
    days = known(workspace)
    answer = workspace.ask(
        "sessions_by_period",
        segment=scope.segment,
        by=by,
        start_date=scope.period.start,
        end_date=scope.period.end,
        grain=scope.grain,
        data_start=days.data_start,
        watermark=days.watermark,
    )
    found = source(
        answer,
        title=f"Sessions by {scope.grain}",
        definition=definitions.SESSIONS,
        caveats=missing_comparison(scope, days),
    )
    rows = found.rows
    return found.showing(
        rows.select(
            "segment",
            "period_start",
            "period_end",
            "sessions",
            "users",
            _divided(rows, "sessions", "users", "sessions_per_user"),
            _divided(rows, "total_seconds", "sessions", "mean_seconds"),
            "median_seconds",
            "is_complete",
        )
    )


def _durations(workspace: Workspace, scope: Scope, by: str | None) -> Source:
    answer = workspace.ask(
        "session_durations",
        segment=scope.segment,
        by=by,
        start_date=scope.period.start,
        end_date=scope.period.end,
    )
    found = source(answer, title="Sessions by length", definition=definitions.SESSIONS)
    whole = found.rows.group_by("segment").agg(pl.col("sessions").sum().alias("all_sessions"))
    rows = found.rows.join(whole, on="segment", maintain_order="left")
    share = _divided(rows, "sessions", "all_sessions", "share")
    return found.showing(
        rows.select("segment", "bin", "from_seconds", "to_seconds", "sessions", share)
    )


def _divided(rows: pl.DataFrame, part: str, whole: str, name: str) -> pl.Series:
    values = [ratio(*pair) for pair in rows.select(part, whole).iter_rows()]
    return pl.Series(name, values, dtype=pl.Float64)
