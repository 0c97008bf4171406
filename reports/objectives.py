"""Is the service good enough: what is left of each error budget, and how fast does it burn?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.periods import Period
from metrics.service import Alert, Budget, burn_alerts, episodes, error_budget, rolling
from queries.errors import nearest
from reports import performance_definitions as definitions
from reports.answer import Report, Source, source
from reports.performance import routes
from reports.service_days import known_requests

if TYPE_CHECKING:
    from queries import Answer, Workspace
    from queries.service_settings import Slo

HOURS_OF_A_DAY = 24
SHOWN_DAYS = 180  # of the course of a budget
HOUR = timedelta(hours=1)
Schema = dict[str, pl.DataType | type[pl.DataType]]


@dataclass(frozen=True, slots=True)
class Objective(Report):
    """One objective.

    Attributes:
        name: Its name in workspace.toml.
        slo: What was promised.
        words: The promise in words.
        budget: Of the window up to the last complete day; None without requests.
        requests: Requests of that window.
        alerts: Judged at the last request; empty without requests.
        until: That request, UTC; None without requests.
        is_hourly: The table holds sums of whole hours, so windows of minutes are an hour.
        course: One row per day: `day, requests, bad, left_share`: of the window that ends with it,
            what is left of the budget as a fraction.
        episodes: One row per time in which an alert would have fired.
        after_releases: One row per release: what was spent in the 24 hours after it.
        windows: What the alerts are judged by.
    """

    name: str
    slo: Slo
    words: str
    budget: Budget | None
    requests: int
    alerts: tuple[Alert, ...]
    until: datetime | None
    is_hourly: bool
    course: Source
    episodes: Source
    after_releases: Source
    windows: Source

    @property
    def period(self) -> Period:
        """The days of the course."""
        days = self.course.rows["day"]
        return Period(days[0], days[-1] + timedelta(days=1))

    @property
    def burning(self) -> tuple[Alert, ...]:
        """Alerts that fire now."""
        return tuple(one for one in self.alerts if one.fires)


def objectives(workspace: Workspace) -> tuple[Objective, ...]:
    """Every `[slo.NAME]` of the workspace, in its order."""
    return tuple(
        _Judging(workspace, name, slo).objective() for name, slo in workspace.settings.slo.items()
    )


def promise(slo: Slo) -> str:
    """'95 % of requests to /checkout within 400 ms, over 30 days'."""
    whom = f"requests to {slo.route}" if slo.route else "all requests"
    how = f"within {slo.latency_ms:g} ms" if slo.latency_ms else "without failing"
    return f"{slo.objective * 100:.10g}% of {whom} {how}, over {slo.window_days} days"


class _Judging:
    """One objective while it is judged."""

    def __init__(self, workspace: Workspace, name: str, slo: Slo) -> None:
        self.workspace = workspace
        self.name = name
        self.slo = slo
        self.period = timedelta(days=slo.window_days)
        end = known_requests(workspace).watermark + timedelta(days=1)
        start = end - timedelta(days=SHOWN_DAYS + slo.window_days)
        self.answer = workspace.ask("slo_hours", start_date=start, end_date=end, **self._asked())
        self.hours = _without_gaps(self.answer.rows)

    def _asked(self) -> dict[str, Any]:
        routes_of = [self.slo.route] if self.slo.route else []
        return {"routes": routes_of, "limit_ms": float(self.slo.latency_ms or 0)}

    def objective(self) -> Objective:
        """All of it."""
        asked = self.workspace.ask("slo_windows", **self._asked())
        bad, events = self.counts()
        spent, whole = (self._in_window(one) for one in (bad, events))
        budget = error_budget(spent, whole, objective=self.slo.objective) if whole else None
        return Objective(
            name=self.name,
            slo=self.slo,
            words=promise(self.slo),
            budget=budget,
            requests=int(whole),
            alerts=self._alerts(asked),
            until=asked.rows["until_at"].max() if whole else None,  # type: ignore[arg-type]
            is_hourly=not asked.rows["last_minute"].max(),
            course=self._course(),
            episodes=self._episodes(),
            after_releases=self._after_releases(),
            windows=source(asked, title=f"Burn of {self.name} now", definition=definitions.BURN),
        )

    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Bad and all requests of neighbouring hours."""
        return tuple(self.hours[name].to_numpy().astype(np.float64) for name in ("bad", "requests"))  # type: ignore[return-value]

    def _in_window(self, values: np.ndarray) -> float:
        return float(values[-self.slo.window_days * HOURS_OF_A_DAY :].sum())

    def _alerts(self, asked: Answer) -> tuple[Alert, ...]:
        if not asked.rows["requests"].sum():
            return ()
        counts = {
            timedelta(seconds=row["window_seconds"]): (row["bad"], row["requests"])
            for row in asked.rows.iter_rows(named=True)
        }
        return burn_alerts(counts, objective=self.slo.objective, period=self.period)

    def _course(self) -> Source:
        bad, events = self.counts()
        window = self.slo.window_days * HOURS_OF_A_DAY
        allowed = rolling(events, window) * (1 - self.slo.objective)
        left = 1 - np.divide(
            rolling(bad, window), allowed, out=np.zeros(len(bad)), where=allowed > 0
        )
        rows = self.hours.with_columns(
            pl.col("hour_at")
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(self.workspace.settings.product.time_zone)
            .dt.date()
            .alias("day"),
            pl.Series("left_share", np.where(allowed > 0, left, np.nan)).fill_nan(None),
        )
        daily = rows.group_by("day", maintain_order=True).agg(
            pl.col("requests").sum(), pl.col("bad").sum(), pl.col("left_share").last()
        )
        found = source(
            self.answer, title=f"What is left of the budget of {self.name}",
            definition=definitions.BUDGET, caveats=tuple(self._caveats()),
        )  # fmt: skip
        return found.showing(daily.tail(SHOWN_DAYS))

    def _caveats(self) -> list[str]:
        slo = self.slo
        if not self.answer.rows.is_empty() or slo.route is None:
            return []
        hint = nearest(slo.route, routes(self.workspace))
        return [f"There is no request to {slo.route} in these days. {hint}"]

    def _episodes(self) -> Source:
        bad, events = self.counts()
        allowed = self._in_window(events) * (1 - self.slo.objective)
        found = episodes(bad, events, objective=self.slo.objective, period=self.period)
        at = self.hours["hour_at"].to_list()
        since = at[-1] - timedelta(days=SHOWN_DAYS) if at else None
        rows = [
            (one.severity, at[one.first], at[one.last] + HOUR, one.worst, one.bad,
             one.bad / allowed if allowed else None)
            for one in found
            if since is not None and at[one.last] >= since
        ]  # fmt: skip
        schema: Schema = {
            "severity": pl.String, "began_at": pl.Datetime("us"), "ended_at": pl.Datetime("us"),
            "worst_burn_rate": pl.Float64, "bad": pl.Float64, "budget_share": pl.Float64,
        }  # fmt: skip
        table = pl.DataFrame(rows, schema=schema, orient="row")
        return source(
            self.answer, title=f"Alerts of {self.name} that would have fired",
            definition=definitions.HISTORY,
        ).showing(table.sort("began_at", "severity", descending=[True, False]))  # fmt: skip

    def _after_releases(self) -> Source:
        rows = []
        bad, events = self.counts()
        window = self.slo.window_days * HOURS_OF_A_DAY
        for name, title, position in self._releases():
            last = position + HOURS_OF_A_DAY
            if not window <= last <= len(events):
                continue  # its day, or the window that ends with it, is not known whole
            allowed = float(events[last - window : last].sum()) * (1 - self.slo.objective)
            of_day = float(events[position:last].sum())
            spent = float(bad[position:last].sum())
            if allowed and of_day:
                at = self.hours["hour_at"][position]
                rows.append((name, title, at.date(), of_day, spent, spent / allowed))
        schema: Schema = {
            "release": pl.String, "title": pl.String, "released_on": pl.Date,
            "requests": pl.Float64, "bad": pl.Float64, "budget_share": pl.Float64,
        }  # fmt: skip
        return source(
            self.answer, title=f"Budget of {self.name} spent after releases",
            definition=definitions.AFTER_RELEASES,
        ).showing(pl.DataFrame(rows, schema=schema, orient="row"))  # fmt: skip

    def _releases(self) -> list[tuple[str, str, int]]:
        """Each release of the hours known, with the position of its first hour; newest first."""
        if self.hours.is_empty():
            return []
        first, last = self.hours["hour_at"][0], self.hours["hour_at"][-1]
        known = self.workspace.ask(
            "release_dates", start_date=first.date(), end_date=last.date() + timedelta(days=1)
        ).rows
        return [
            (row["release"], row["title"] or row["release"], (row["released_at"] - first) // HOUR)
            for row in known.iter_rows(named=True)
            if first <= row["released_at"] <= last
        ]


def _without_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    """An hour without requests as a row of zeros."""
    if rows.is_empty():
        return rows
    first, last = rows["hour_at"][0], rows["hour_at"][-1]
    every = pl.datetime_range(first, last, "1h", time_unit="us", eager=True).alias("hour_at")
    joined = pl.DataFrame(every).join(rows, on="hour_at", how="left", maintain_order="left")
    return joined.with_columns(pl.col("requests", "bad").fill_null(0))
