"""Every daily series that the brief tests: metrics, active people, features, the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from metrics.series import Days, Floats, Scale, working
from metrics.service import latencies
from queries import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from metrics.periods import Period
    from queries import Answer, MetricDefinition, Workspace

ACTIVE = "daily_active_users"
EVENTS = "events"
FEATURE = "feature:"  # and the feature's name
FAILURES = "failures:"
SERVICE_ERRORS, SERVICE_TIME = "service:errors", "service:time"
SCALES: dict[str, Scale] = {"count": "count", "share": "rate", "quantile": "duration"}
OF_VERSIONS = "app_version"  # comes and goes with releases: no series to be tested by itself
BUCKET = log(latencies.BASE)  # of a latency's logarithm in one bucket
Segment = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a series is about.

    Attributes:
        metric: Its name; shared by the series of its segments.
        label: What it is called, without its segment.
        unit: As of a metric definition.
        better: Which direction is good news.
        page: The page that shows more of it.
        feature: The feature it is about; None: the product.
    """

    metric: str
    label: str
    unit: str
    better: Literal["higher", "lower"]
    page: str = "today"
    feature: str | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """One daily series.

    Attributes:
        subject: What it is about.
        segment: Where, as (dimension, value); None: everywhere.
        parts: (n,) counts, numerators or values of the days; NaN where not known.
        trials: (n,) denominators; None: the values are counts or need none.
        scale: The working scale it is tested on.
    """

    subject: Subject
    segment: Segment | None
    parts: Floats
    trials: Floats | None
    scale: Scale

    @cached_property
    def natural(self) -> Floats:
        """(n,) values in the metric's unit; NaN where there is none."""
        if self.trials is None:
            return self.parts
        safe = np.where(self.trials > 0, self.trials, np.nan)
        found: Floats = self.parts / safe
        return found

    @cached_property
    def worked(self) -> Floats:
        """(n,) the same on the working scale."""
        if self.scale == "rate":
            return working(self.parts, scale="rate", trials=self.trials)
        return working(self.natural, scale=self.scale)

    @property
    def volume(self) -> Floats:
        """(n,) people or events behind each day."""
        return np.nan_to_num(self.parts if self.trials is None else self.trials)


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """All series over the same days.

    Attributes:
        days: (n,) the days, without gaps.
        series: All of them.
        answers: What they come from, by the name of the query; the first is for everybody.
    """

    days: Days
    series: tuple[Measured, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def of(self, metric: str, segment: Segment | None = None) -> Measured | None:
        """The series of a metric and segment."""
        wanted = (metric, segment)
        return next((s for s in self.series if (s.subject.metric, s.segment) == wanted), None)

    def by(self, metric: str, dimension: str) -> tuple[Measured, ...]:
        """The series of a metric's segments by one dimension."""
        return tuple(
            one for one in self.series
            if one.subject.metric == metric and one.segment and one.segment[0] == dimension
        )  # fmt: skip


def collected(workspace: Workspace, period: Period) -> Collected:
    """Ask for everything that is tested, over these days.

    Raises:
        QueryError: Nothing has been built, or the engine failed.
    """
    days = np.arange(np.datetime64(period.start), np.datetime64(period.end))
    reach: dict[str, Any] = {"start_date": period.start, "end_date": period.end}
    answers: dict[str, Answer] = {}
    series: list[Measured] = []
    answers["brief_active"] = workspace.ask("brief_active", **reach)
    series += active_series(answers["brief_active"].rows, days, None)
    for dimension in (name for name in workspace.dimensions if name != OF_VERSIONS):
        answer = workspace.ask("brief_segments", by=dimension, **reach)
        series += active_series(answer.rows, days, dimension)
    try:
        answers["brief_metrics"] = workspace.ask("brief_metrics", **reach)
    except QueryError:  # a policy that no kept metric can be narrowed to
        pass
    else:
        series += metric_series(workspace, answers["brief_metrics"].rows, days)
    answers["brief_events"] = workspace.ask("brief_events", **reach)
    series += features(answers["brief_events"].rows, days, None)
    answers["brief_requests"] = workspace.ask("brief_requests", **reach)
    series += service_series(answers["brief_requests"].rows, days)
    return Collected(days, tuple(series), answers)


def active_series(rows: pl.DataFrame, days: Days, dimension: str | None) -> Iterator[Measured]:
    """People active, everybody's or of each segment of a dimension."""
    subject = Subject(ACTIVE, "Active people", "users", "higher", page="usage")
    for name, part in _parts(rows, "segment"):
        segment = None if dimension is None else (dimension, name)
        yield Measured(subject, segment, _filled(part, days, "users"), None, "count")


def metric_series(workspace: Workspace, rows: pl.DataFrame, days: Days) -> Iterator[Measured]:
    """The metrics of metrics.toml that are kept by day, and their segments."""
    for (metric, dimension, value), part in rows.group_by(
        "metric", "dimension", "value", maintain_order=True
    ):
        definition = workspace.metrics.get(str(metric))
        if definition is None:
            continue
        segment = None if dimension is None else (str(dimension), str(value))
        yield _of_metric(str(metric), definition, segment, part, days)


def _of_metric(
    name: str, metric: MetricDefinition, segment: Segment | None, rows: pl.DataFrame, days: Days
) -> Measured:
    subject = Subject(name, metric.label, metric.unit, metric.better)
    if metric.kind == "count":
        return Measured(subject, segment, _filled(rows, days, "numerator"), None, "count")
    top = _filled(rows, days, "numerator", missing=np.nan)
    bottom = _filled(rows, days, "denominator")
    if metric.kind == "quantile":
        # A quantile is none of nothing, and its denominator is how many values it is of.
        return Measured(subject, segment, top * bottom, bottom, _positive(top))
    is_share = bool(np.all(np.nan_to_num(top) <= bottom) and np.all(np.nan_to_num(top) >= 0))
    if is_share and metric.kind in ("share", "ratio"):
        return Measured(subject, segment, np.nan_to_num(top), bottom, "rate")
    with np.errstate(invalid="ignore", divide="ignore"):
        return Measured(subject, segment, top, bottom, _positive(top / bottom))


def _positive(values: Floats) -> Scale:
    """Multiples where every value has a logarithm."""
    known = values[np.isfinite(values)]
    return "duration" if bool(np.all(known > 0)) else "value"


def features(rows: pl.DataFrame, days: Days, dimension: str | None) -> Iterator[Measured]:
    """How often each feature is used to the end, and how often it fails."""
    of_features = rows.filter(pl.col("of_feature").is_not_null())
    for (feature, segment), part in of_features.group_by(
        "of_feature", "segment", maintain_order=True
    ):
        place = None if dimension is None else (dimension, str(segment))
        words = str(feature).replace("_", " ")
        done = _times(part, ("completed",), days)
        bad = _times(part, ("failed", "abandoned"), days)
        used = done if done.any() else _times(part, None, days)
        yield Measured(
            Subject(f"{FEATURE}{feature}", f"Uses of {words}", "events", "higher",
                    feature=str(feature)),
            place, used, None, "count",
        )  # fmt: skip
        if bad.any() and done.any():
            yield Measured(
                Subject(f"{FAILURES}{feature}", f"Failures in {words}", "percent", "lower",
                        feature=str(feature)),
                place, bad, bad + done, "rate",
            )  # fmt: skip


def feature_parts(
    rows: pl.DataFrame, days: Days, metric: str, dimension: str
) -> Iterator[Measured]:
    """The series `metric` of one feature in each segment: together they are that of everybody."""
    has_ends = rows.filter(pl.col("of_action") == "completed").height > 0
    subject = Subject(metric, metric, "events", "higher")
    for segment, part in _parts(rows, "segment"):
        place = (dimension, segment)
        done = _times(part, ("completed",), days)
        if metric.startswith(FEATURE):
            used = done if has_ends else _times(part, None, days)
            yield Measured(subject, place, used, None, "count")
        else:
            bad = _times(part, ("failed", "abandoned"), days)
            yield Measured(subject, place, bad, bad + done, "rate")


def segment_series(
    rows: pl.DataFrame, days: Days, metric: str, dimension: str
) -> Iterator[Measured]:
    """People active in each segment, or how often they did something."""
    column = "users" if metric == ACTIVE else "times"
    subject = Subject(metric, metric, column, "higher")
    for name, part in _parts(rows, "segment"):
        yield Measured(subject, (dimension, name), _filled(part, days, column), None, "count")


def _times(rows: pl.DataFrame, actions: Sequence[str] | None, days: Days) -> Floats:
    wanted = rows if actions is None else rows.filter(pl.col("of_action").is_in(actions))
    return _filled(wanted.group_by("day").agg(pl.col("times").sum()), days, "times")


def service_series(rows: pl.DataFrame, days: Days) -> Iterator[Measured]:
    """Errors and response times, of all routes and of each; without platform or version."""
    if rows.is_empty():
        return
    errors = Subject(SERVICE_ERRORS, "Requests that fail", "percent", "lower", page="performance")
    time = Subject(
        SERVICE_TIME, "Typical response time", "milliseconds", "lower", page="performance"
    )
    whole = rows.group_by("day").agg(pl.col("served", "failed", "timed", "buckets").sum())
    for name, part in ((None, whole), *_parts(rows, "route")):
        place = None if name is None else ("route", name)
        served, failed = _filled(part, days, "served"), _filled(part, days, "failed")
        yield Measured(errors, place, failed, served, "rate")
        timed = _filled(part, days, "timed")
        safe = np.where(timed > 0, timed, np.nan)
        middle = np.exp(_filled(part, days, "buckets") / safe * BUCKET)
        yield Measured(time, place, middle * timed, timed, "duration")


def _parts(rows: pl.DataFrame, column: str) -> Iterable[tuple[str, pl.DataFrame]]:
    known = rows.filter(pl.col(column).is_not_null())
    return ((str(name), part) for (name,), part in known.group_by(column, maintain_order=True))


def _filled(rows: pl.DataFrame, days: Days, column: str, *, missing: float = 0.0) -> Floats:
    """A column by day; `missing` for days without a row."""
    values = np.full(len(days), missing)
    at = (rows["day"].to_numpy().astype("datetime64[D]") - days[0]).astype(np.int64)
    values[at] = rows[column].cast(pl.Float64).fill_null(missing).to_numpy()
    return values


def day_number(days: Days, day: date) -> int:
    """The place of a day among the days."""
    return int((np.datetime64(day) - days[0]).astype(np.int64))
