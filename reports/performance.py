"""How fast and how correct is the service, over time and by route, version or platform?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from metrics.changes import Change, change
from metrics.rates import ratio
from metrics.service import apdex, slower
from reports import performance_definitions as definitions
from reports.answer import Report, Source, source
from reports.known import complete_scope, missing_comparison
from reports.service_days import known_requests

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Answer, Workspace
    from reports.scope import Scope

GroupBy = Literal["route", "app_version", "platform"]
MINUTES_OF_A_DAY = 24 * 60
NO_SHARE = 0.5  # a further quantile that nobody asked for


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What the page asks beside its period.

    Attributes:
        group_by: What the table is by.
        routes: Only these routes; empty: all.
        apdex_ms: T of the Apdex; None: the workspace's.
    """

    group_by: GroupBy = "route"
    routes: tuple[str, ...] = ()
    apdex_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """The figures of one period; each None without requests.

    Attributes:
        requests: Served.
        per_minute: Mean over the period's days.
        p50_ms: Half took no longer.
        p95_ms: 95 of 100.
        p99_ms: 99 of 100.
        error_rate: Failed ÷ requests.
        apdex: With T of the question.
    """

    requests: int | None = None
    per_minute: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    error_rate: float | None = None
    apdex: float | None = None


@dataclass(frozen=True, slots=True)
class PerformanceReport(Report):
    """Speed and errors of a period.

    Attributes:
        question: What was asked.
        apdex_ms: T of the Apdex.
        whole: One row for the period: the figures' numerators, denominators and quantiles.
        series: One row per span of the grain: `starts_on, requests, failed, error_rate,
            per_minute, p50_ms, p95_ms, p99_ms, apdex, is_complete`.
        groups: One row per value of what is grouped by, the slowest p95 first.
        now: The period's figures.
        before: Those compared with.
    """

    question: PerformanceQuestion
    apdex_ms: float
    whole: Source
    series: Source
    groups: Source
    now: Service
    before: Service

    def change(self, name: str) -> Change:
        """A figure and what it is compared with, by its name in `Service`."""
        return change(getattr(self.now, name), getattr(self.before, name))


def routes(workspace: Workspace) -> list[str]:
    """All routes, the one with most requests first."""
    rows = workspace.ask("request_spans").rows
    by_route = rows.group_by("route").agg(pl.col("requests").sum())
    return by_route.sort("requests", "route", descending=[True, False])["route"].to_list()


def performance(
    workspace: Workspace, scope: Scope, question: PerformanceQuestion | None = None
) -> PerformanceReport:
    """Latency, throughput, errors and Apdex of the period's complete days."""
    return _Asking(workspace, scope, question or PerformanceQuestion()).report()


class _Asking:
    """One question, while it is answered."""

    def __init__(self, workspace: Workspace, scope: Scope, question: PerformanceQuestion) -> None:
        self.workspace = workspace
        self.scope = scope
        self.question = question
        self.days = known_requests(workspace)
        self.apdex_ms = question.apdex_ms or workspace.settings.service.apdex_ms

    def report(self) -> PerformanceReport:
        """All of it."""
        whole = complete_scope(self.scope, self.days) or self.scope
        now = self.latencies(whole.period, "whole")
        before = self.latencies(whole.comparison, "whole") if whole.comparison else None
        return PerformanceReport(
            question=self.question,
            apdex_ms=self.apdex_ms,
            whole=source(now, title="Speed and errors of the period", definition=_of_all()),
            series=self.series(),
            groups=self.groups(whole),
            now=self.service(now),
            before=self.service(before) if before else Service(),
        )

    def latencies(self, period: Period, grain: str, *, by: str = "nothing") -> Answer:
        """The query's answer."""
        return self.workspace.ask(
            "request_latencies",
            start_date=period.start,
            end_date=period.end,
            grain=grain,
            group_by=by,
            routes=list(self.question.routes),
            apdex_ms=float(self.apdex_ms),
            share=NO_SHARE,
            watermark=self.days.watermark,
        )

    def service(self, answer: Answer) -> Service:
        """The figures of a period as one."""
        if answer.rows.is_empty():
            return Service()
        row = answer.rows.row(0, named=True)
        return Service(
            requests=row["requests"],
            per_minute=ratio(row["requests"], row["days"] * MINUTES_OF_A_DAY),
            p50_ms=row["p50_ms"],
            p95_ms=row["p95_ms"],
            p99_ms=row["p99_ms"],
            error_rate=ratio(row["failed"], row["requests"]),
            apdex=_apdex(row),
        )

    def series(self) -> Source:
        """The course by day, week or month."""
        answer = self.latencies(self.scope.period, self.scope.grain)
        found = source(
            answer,
            title=f"Speed and errors by {self.scope.grain}",
            definition=_of_all(),
            caveats=missing_comparison(self.scope, self.days),
        )
        return found.showing(_with_rates(answer.rows).drop("group_name", "at_share_ms"))

    def groups(self, whole: Scope) -> Source:
        """Values of what is grouped by, with the change of their p95."""
        by = self.question.group_by
        now = self.latencies(whole.period, "whole", by=by)
        daily = self.latencies(whole.period, "day", by=by).rows
        compared = (
            self.latencies(whole.comparison, "day", by=by).rows if whole.comparison else daily[:0]
        )
        changes = [_changed(name, compared, daily) for name in now.rows["group_name"].to_list()]
        rows = _with_rates(now.rows).with_columns(
            pl.Series("before_p95_ms", [one[0] for one in changes], dtype=pl.Float64),
            pl.Series("p95_change", [one[1] for one in changes], dtype=pl.Float64),
            pl.Series("low", [one[2] for one in changes], dtype=pl.Float64),
            pl.Series("high", [one[3] for one in changes], dtype=pl.Float64),
        )
        kept = rows.select(
            "group_name", "requests", "per_minute", "failed", "error_rate", "p50_ms", "p95_ms",
            "p99_ms", "apdex", "before_p95_ms", "p95_change", "low", "high",
        )  # fmt: skip
        found = source(now, title=f"Speed and errors by {BY[by]}", definition=definitions.GROUPS)
        return found.showing(kept.sort("p95_ms", descending=True, nulls_last=True))


BY: dict[GroupBy, str] = {"route": "route", "app_version": "version", "platform": "platform"}


def _with_rates(rows: pl.DataFrame) -> pl.DataFrame:
    named = list(rows.iter_rows(named=True))
    rates = {
        "error_rate": [ratio(row["failed"], row["requests"]) for row in named],
        "per_minute": [ratio(row["requests"], row["days"] * MINUTES_OF_A_DAY) for row in named],
        "apdex": [_apdex(row) for row in named],
    }
    return rows.with_columns(pl.Series(n, v, dtype=pl.Float64) for n, v in rates.items())


def _apdex(row: dict[str, Any]) -> float | None:
    frustrated = row["timed"] - row["satisfied"] - row["tolerating"]
    return apdex(row["satisfied"], row["tolerating"], frustrated).score


Changed = tuple[float | None, float | None, float | None, float | None]


def _changed(name: str, before: pl.DataFrame, now: pl.DataFrame) -> Changed:
    """A group's p95 of the days compared with, its change, and the ends of its interval."""
    sides = [_daily(rows, name) for rows in (before, now)]
    found = slower(*sides)
    return found.before, found.change, found.low, found.high


def _daily(rows: pl.DataFrame, name: str) -> np.ndarray:
    values = rows.filter(pl.col("group_name") == name)["p95_ms"].drop_nulls()
    return values.to_numpy().astype(np.float64)


def _of_all() -> str:
    named = {
        "Latency": definitions.LATENCY, "Requests": definitions.REQUESTS,
        "Errors": definitions.ERRORS, "Apdex": definitions.APDEX,
    }  # fmt: skip
    return "\n\n".join(f"**{name}.** {text}" for name, text in named.items())
