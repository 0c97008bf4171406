"""Single figures of the metrics of `metrics.toml`, for Today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.changes import change
from metrics.periods import Grain, Period, bucket_after
from metrics.rates import ratio
from metrics.retention import Pooled, pooled_retention
from queries import QueryError
from reports import definitions
from reports.answer import Source, source
from reports.retention import RetentionQuestion, RetentionReport, retention
from reports.usage_figures import Figure, Spark

if TYPE_CHECKING:
    from datetime import date

    from queries import Answer, MetricDefinition, Segment, Workspace
    from reports.scope import Scope

WEEK_DAYS = 7
DAILY_QUANTILES = (
    "Quantiles of days cannot be put together exactly: the figure of a period is the mean of its "
    "daily quantiles, weighted by the number of values."
)

# What the base of a figure is, by the kind of its metric.
BASE_WORDS = {
    "count": "in the comparison",
    "share": "active people, day by day",
    "mean": "measured",
    "ratio": "in all",
    "quantile": "measured",
}


def metric_figure(
    workspace: Workspace, scope: Scope, name: str, metric: MetricDefinition
) -> Figure:
    """A metric over the period: a sum, or a sum over a sum, of its days."""
    now, missing = _series(workspace, scope, scope.period, name, metric)
    before = None
    if scope.comparison and not missing:
        before, _ = _series(workspace, scope, scope.comparison, name, metric)
    value = None if missing else _value(now.rows, metric)
    base = None if missing or metric.kind == "count" else _denominator(now.rows)
    moved = change(value, None if before is None else _value(before.rows, metric))
    if value is None and not missing:
        missing = "Not measurable: nothing happened in the period that it could be measured on."
    return Figure(
        change=moved,
        base=moved.base if metric.kind == "count" else base,
        base_words=BASE_WORDS[metric.kind],
        spark=() if missing else _spark(now.rows, scope.period, metric),
        source=now,
        missing=missing,
    )


def retention_figure(workspace: Workspace, scope: Scope, metric: MetricDefinition) -> Figure:
    """Retention pooled over the cohorts whose return interval ended within the period."""
    weeks, rest = divmod(metric.after_days or WEEK_DAYS, WEEK_DAYS)
    grain: Grain = "day" if rest else "week"
    interval = (metric.after_days or WEEK_DAYS) if rest else weeks
    now = _report(workspace, scope, scope.period, grain, interval)
    pooled = _pooled(now, scope.period, grain, interval)
    base = None
    if scope.comparison:
        before = _report(workspace, scope, scope.comparison, grain, interval)
        base = _pooled(before, scope.comparison, grain, interval).rate.value
    return Figure(
        change=change(pooled.rate.value, base),
        base=pooled.users,
        base_words=f"people first active in the {grain}s measured",
        spark=tuple(now.at_interval(interval).select("cohort", "share").iter_rows()),
        source=replace(
            now.triangle,
            title=metric.label,
            definition=definitions.retention_metric(metric.after_days or WEEK_DAYS),
        ),
        missing=None
        if pooled.users
        else f"Not measurable: nobody was first active in a {grain} that is old enough.",
    )


def _report(
    workspace: Workspace, scope: Scope, period: Period, grain: Grain, interval: int
) -> RetentionReport:
    """Cohorts early enough for their return interval to end within the period."""
    earliest = bucket_after(period.start, grain, -interval - 1)
    cohorts = scope.over(Period(earliest, period.end))
    return retention(workspace, cohorts, RetentionQuestion(grain=grain, intervals=interval))


def _pooled(report: RetentionReport, period: Period, grain: Grain, interval: int) -> Pooled:
    rows = report.at_interval(interval)
    ends = [bucket_after(cohort, grain, interval + 1) for cohort in rows["cohort"]]
    inside = pl.Series([period.start < end <= period.end for end in ends], dtype=pl.Boolean)
    measured = rows.filter(inside)
    return pooled_retention(measured["users"].to_list(), measured["returned"].to_list())


def _series(
    workspace: Workspace, scope: Scope, period: Period, name: str, metric: MetricDefinition
) -> tuple[Source, str | None]:
    """The metric's days; without rows and with the reason where the segment has none."""
    description = f"**{metric.label}**: {metric.description}"
    try:
        answer = _asked(workspace, scope.segment, period.start, period.end, name)
    except QueryError as error:
        whom = "these filters" if scope.segment.filters else "what you may see"
        return _nothing(workspace, metric, description), f"Not measurable for {whom}: {error}"
    kept = (DAILY_QUANTILES,) if metric.kind == "quantile" else ()
    return source(answer, title=metric.label, definition=description, caveats=kept), None


def _nothing(workspace: Workspace, metric: MetricDefinition, description: str) -> Source:
    """A figure without days, for which nothing was asked."""
    snapshot = workspace.snapshot
    days = {"day": pl.Date, "numerator": pl.Float64, "denominator": pl.Float64}
    return Source(
        title=metric.label,
        definition=description,
        rows=pl.DataFrame(schema=days),
        sql="",
        parameters={},
        as_of=snapshot.watermark if snapshot else None,
        snapshot_id=snapshot.id if snapshot else "",
        seconds=0.0,
    )


def _asked(
    workspace: Workspace, segment: Segment | None, start: date, end: date, name: str
) -> Answer:
    return workspace.ask(
        "metric_series", segment=segment, start_date=start, end_date=end, metric=name
    )


def _value(rows: pl.DataFrame, metric: MetricDefinition) -> float | None:
    if metric.kind == "count":
        return float(rows["numerator"].sum())
    if metric.kind == "quantile":
        weighted = (rows["numerator"] * rows["denominator"]).sum()
        return ratio(float(weighted), _denominator(rows))
    return ratio(float(rows["numerator"].sum()), _denominator(rows))


def _denominator(rows: pl.DataFrame) -> float:
    return float(rows["denominator"].sum())


def _spark(rows: pl.DataFrame, period: Period, metric: MetricDefinition) -> Spark:
    found = {day: (top, bottom) for day, top, bottom in rows.iter_rows()}
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    return tuple((day, _of_day(found.get(day), metric)) for day in days)


def _of_day(parts: tuple[float, float | None] | None, metric: MetricDefinition) -> float | None:
    if metric.kind == "count":
        return 0.0 if parts is None else parts[0]
    if parts is None:
        return None
    return parts[0] if metric.kind == "quantile" else ratio(*parts)
