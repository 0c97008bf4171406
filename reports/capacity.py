"""When does growth push a route over its limit, and what does it cost to wait?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.series import Accuracy, back_test, paths, working
from metrics.service import CapacityDates, LoadCurve, capacity_dates, load_curve
from reports import performance_definitions as definitions
from reports.answer import Report, Source, source
from reports.made_once import Room
from reports.service_days import known_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metrics.series import Days, Floats
    from queries import Workspace
    from queries.service_settings import Slo

FEWEST_DAYS = 84  # of load, before anything is forecast
HORIZON_DAYS = 180
TEST_DAYS = 28  # ahead, when forecasts are tested on the past
HISTORY_DAYS = 112  # that each of them learns from
LEARNT_DAYS = 420  # at most: a year and some weeks, so that the season is known
SMOOTHED_DAYS = 28
PATHS = 2_000
CONFIDENCE = 0.95
WEEK = 7


@dataclass(frozen=True, slots=True)
class Tested:
    """How forecasts of the load did on days that are known by now.

    Attributes:
        mase: Error over that of "as a week ago" within what each learnt from; None when unknown.
        naive: The same of the forecast "as a week ago".
        coverage: Share of days inside the 95 % interval; None when unknown.
        days_ahead: How far each looked.
    """

    mase: float | None
    naive: float | None
    coverage: float | None
    days_ahead: int


@dataclass(frozen=True, slots=True)
class Capacity(Report):
    """One limit and when it is passed.

    Attributes:
        name: The objective's name.
        slo: The objective.
        sentence: The trade-off in words.
        missing: Why nothing can be said; None: something is.
        now_ms: The quantile of the last seven days; None without requests.
        growth: Change of the load over the last 90 days as a fraction; None when unknown.
        dates: When the limit is passed; None with missing.
        tested: Of the load's forecast; None with missing.
        course: One row per day: `day, load, latency_ms, fitted_ms, low_ms, middle_ms, high_ms`;
            known days have load and latency, days to come the 80 % band of the paths.
        curve: One row per step of the load-to-latency curve: `load, latency_ms`.
    """

    name: str
    slo: Slo
    sentence: str
    missing: str | None
    now_ms: float | None
    growth: float | None
    dates: CapacityDates | None
    tested: Tested | None
    course: Source
    curve: Source


_forecasts: Room[Capacity] = Room(most=64)


def capacities(workspace: Workspace) -> tuple[Capacity, ...]:
    """One for each objective of latency; computed once for each snapshot."""
    slos = {n: one for n, one in workspace.settings.slo.items() if one.kind == "latency"}
    return tuple(_capacity(workspace, name, slo) for name, slo in slos.items())


def _capacity(workspace: Workspace, name: str, slo: Slo) -> Capacity:
    return _forecasts.now(workspace, name, lambda: _Forecasting(workspace, name, slo).capacity())


class _Forecasting:
    """One limit, while its future is drawn."""

    def __init__(self, workspace: Workspace, name: str, slo: Slo) -> None:
        self.workspace = workspace
        self.name = name
        self.slo = slo
        self.limit = float(slo.latency_ms or 0)
        days = known_requests(workspace)
        asked: dict[str, Any] = {
            "start_date": days.data_start, "end_date": days.watermark + timedelta(days=1),
            "grain": "day", "apdex_ms": self.limit, "share": slo.objective,
            "watermark": days.watermark, "group_by": "nothing",
        }  # fmt: skip
        self.load_answer = workspace.ask("request_latencies", routes=[], **asked)
        of_route = [slo.route] if slo.route else []
        self.latency_answer = workspace.ask("request_latencies", routes=of_route, **asked)
        self.table = _daily(self.load_answer.rows, self.latency_answer.rows)

    def capacity(self) -> Capacity:
        """All of it."""
        if (why := self._why_not()) is not None:
            return self._without(why)
        curve = load_curve(
            *(self._known()[name].to_numpy() for name in ("smooth_load", "latency_ms")),
            requests=self._known()["requests"].to_numpy().astype(np.float64),
        )
        futures = self._futures()
        latencies = curve.at(futures)
        coming = self.days[-1] + np.arange(1, futures.shape[1] + 1)
        dates = capacity_dates(coming, latencies, self.limit, confidence=CONFIDENCE)
        tested = self._tested()
        now = self._now_ms()
        return Capacity(
            name=self.name, slo=self.slo, missing=None, now_ms=now, growth=self._growth(),
            dates=dates, tested=tested,
            sentence=trade_off(self.slo, dates, now_ms=now, limit_ms=self.limit),
            course=self._course(curve, coming, latencies),
            curve=self._curve(curve),
        )  # fmt: skip

    @property
    def days(self) -> Days:
        """All days with load, neighbouring."""
        found: Days = self.table["day"].to_numpy().astype("datetime64[D]")
        return found

    def _known(self) -> pl.DataFrame:
        return self.table.filter(
            pl.col("latency_ms").is_not_null() & pl.col("smooth_load").is_not_null()
        )

    def _why_not(self) -> str | None:
        if self.table.height < FEWEST_DAYS:
            return (
                f"There are {self.table.height} days of requests without a gap, and a forecast "
                f"needs {FEWEST_DAYS}."
            )
        if self._known().height < FEWEST_DAYS:
            return f"{self.slo.route or 'No route'} has too few days with requests."
        if not self.table["load"].tail(FEWEST_DAYS).std():
            return "The load never varied, so there is nothing to forecast it from."
        return None

    def _futures(self) -> Floats:
        """Whole paths of the load as its mean over seven days."""
        load = self.table["load"].to_numpy().astype(np.float64)[-LEARNT_DAYS:]
        horizon = min(HORIZON_DAYS, len(load) // 2)
        drawn = paths(
            self.days[-LEARNT_DAYS:], working(load, scale="count"), horizon,
            holidays=self._holidays(), is_growing=True, count=PATHS,
        )  # fmt: skip
        before = np.broadcast_to(load[-SMOOTHED_DAYS + 1 :], (len(drawn), SMOOTHED_DAYS - 1))
        nothing = np.zeros((len(drawn), 1))
        sums = np.cumsum(np.concatenate([nothing, before, drawn], axis=1), axis=1)
        smooth: Floats = (sums[:, SMOOTHED_DAYS:] - sums[:, :-SMOOTHED_DAYS]) / SMOOTHED_DAYS
        return smooth

    def _holidays(self) -> Mapping[str, Days]:
        by_name: dict[str, list[date]] = {}
        for one in self.workspace.settings.holidays:
            by_name.setdefault(one.name, []).append(one.day)
        return {name: np.array(days, dtype="datetime64[D]") for name, days in by_name.items()}

    def _tested(self) -> Tested | None:
        load = working(self.table["load"].to_numpy().astype(np.float64), scale="count")
        if len(load) < HISTORY_DAYS + TEST_DAYS:
            return None
        ours, naive = back_test(
            self.days, load, TEST_DAYS, is_growing=True, history=HISTORY_DAYS,
            confidence=CONFIDENCE,
        )  # fmt: skip
        return _tested(ours, naive)

    def _now_ms(self) -> float | None:
        recent = self._known()["latency_ms"].tail(WEEK)
        return float(np.exp(np.log(recent.to_numpy()).mean())) if len(recent) else None

    def _growth(self) -> float | None:
        smooth = self.table["smooth_load"]
        if len(smooth) <= 90 or not smooth[-91]:
            return None
        return float(smooth[-1] / smooth[-91] - 1)

    def _course(self, curve: LoadCurve, coming: Days, latencies: Floats) -> Source:
        low, middle, high = np.quantile(latencies, (0.1, 0.5, 0.9), axis=0)
        smooth = self.table["smooth_load"].fill_null(float("nan")).to_numpy()
        known = self.table.select(
            "day", "load", "latency_ms",
            pl.Series("fitted_ms", np.where(np.isnan(smooth), np.nan, curve.at(smooth))).fill_nan(
                None
            ),
        )  # fmt: skip
        future = pl.DataFrame(
            {"day": coming, "low_ms": low, "middle_ms": middle, "high_ms": high}
        ).with_columns(pl.col("day").cast(pl.Date))
        return self._source("Latency and what growth makes of it").showing(
            pl.concat([known, future], how="diagonal")
        )

    def _curve(self, curve: LoadCurve) -> Source:
        rows = pl.DataFrame({"load": curve.loads, "latency_ms": curve.latencies})
        return self._source("Latency by load").showing(rows)

    def _source(self, title: str) -> Source:
        return source(self.latency_answer, title=title, definition=definitions.CAPACITY)

    def _without(self, why: str) -> Capacity:
        nothing = self._source("Latency and what growth makes of it").showing(pl.DataFrame())
        return Capacity(
            name=self.name, slo=self.slo, sentence=why, missing=why, now_ms=self._now_ms(),
            growth=None, dates=None, tested=None, course=nothing, curve=nothing,
        )  # fmt: skip


def _daily(load: pl.DataFrame, latency: pl.DataFrame) -> pl.DataFrame:
    """Load and latency by day, from the last gap of the load on."""
    joined = load.select(pl.col("starts_on").alias("day"), pl.col("requests").alias("load")).join(
        latency.select(
            pl.col("starts_on").alias("day"), "requests", pl.col("at_share_ms").alias("latency_ms")
        ),
        on="day", how="left", maintain_order="left",
    )  # fmt: skip
    gaps = (joined["day"].diff().dt.total_days() > 1).fill_null(value=False).arg_true()
    kept = joined[gaps[-1] :] if len(gaps) else joined
    return kept.with_columns(
        pl.col("load").rolling_mean(SMOOTHED_DAYS).alias("smooth_load"),
        pl.col("latency_ms").cast(pl.Float64),
    )


def _tested(ours: Accuracy, naive: Accuracy) -> Tested:
    return Tested(ours.mase, naive.mase, ours.coverage, TEST_DAYS)


def trade_off(slo: Slo, dates: CapacityDates, *, now_ms: float | None, limit_ms: float) -> str:
    """'At today's growth p95 of /checkout passes 400 ms between 3 March and 20 April …'."""
    what = f"p{slo.objective * 100:.10g} of {slo.route or 'all requests'}"
    if now_ms is not None and now_ms > limit_ms:
        return f"{what} is above {limit_ms:g} ms already: it took {now_ms:,.0f} ms last week."
    early, late = dates.by_chance[0.1], dates.by_chance[0.9]
    horizon = _day(dates.horizon)
    if early is None:
        return (
            f"At today's growth {what} stays within {limit_ms:g} ms until {horizon} with "
            f"{1 - dates.crossed:.0%}: doing nothing until then costs nothing with that chance."
        )
    when = f"between {_day(early)} and {_day(late)}" if late else f"from {_day(early)} on"
    open_end = "" if late else f" (by {horizon} with {dates.crossed:.0%})"
    said = f"At today's growth {what} passes {limit_ms:g} ms {when}{open_end}"
    if dates.safe_until is None:
        return f"{said}; waiting costs something from the first day on."
    return f"{said}; doing nothing until {_day(dates.safe_until)} costs nothing with 95%."


def _day(day: np.datetime64) -> str:
    found = day.astype("datetime64[D]").astype(date)
    return f"{found.day} {found:%B %Y}"
