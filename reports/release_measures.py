"""All that a release may have moved, as daily series: use, coming back, churn, speed, feedback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from metrics.series import Days, Floats, Scale, working
from queries import QueryError
from reports.release_facts import Release, Window
from reports.service_days import known_requests

if TYPE_CHECKING:
    from queries import Answer, MetricDefinition, Workspace

RETURN_DAYS = 7
PLACEBO_DAYS = 84
FEW_FEATURES = 2  # that a label names
Better = Literal["higher", "lower"]
# Measures of use: label, unit, which way is good, and what the numerator and denominator make.
OF_USE: dict[str, tuple[str, str, Better, Scale]] = {
    "feature_uses": ("Uses of the touched features", "events", "higher", "count"),
    "feature_users": ("Active people who use the touched features", "percent", "higher", "rate"),
    "feature_failed": ("Failed attempts at the touched features", "percent", "lower", "rate"),
    "active_users": ("Active users", "users", "higher", "count"),
    "returned": ("Active again within 7 days", "percent", "higher", "rate"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One daily series.

    Attributes:
        name: Its name, fit for a widget key.
        label: What it is called.
        unit: As in `pages.shared.words`.
        better: Which way is good.
        scale: Working scale of the series.
        days: Rising; days without a value are left out.
        numerators: What is counted, or the value itself where there is no denominator.
        denominators: None: the numerators are values.
        answer: Where it comes from.
        controls: (n, k) on the working scale, of the same days; None: none.
        is_by_segment: Whether it can be told apart by attributes of people.
    """

    name: str
    label: str
    unit: str
    better: Better
    scale: Scale
    days: Days
    numerators: Floats
    denominators: Floats | None
    answer: Answer
    controls: Floats | None = None
    is_by_segment: bool = False

    @property
    def values(self) -> Floats:
        """On the working scale."""
        if self.scale == "rate":
            return working(self.numerators, scale="rate", trials=self.denominators)
        return working(self.shown, scale=self.scale)

    @property
    def shown(self) -> Floats:
        """In the measure's own unit."""
        if self.denominators is None or self.scale == "count":
            return self.numerators
        below = np.where(self.denominators > 0, self.denominators, np.nan)
        found: Floats = self.numerators / below
        return found


def measures(workspace: Workspace, release: Release, window: Window) -> tuple[Measure, ...]:
    """Every series that has days on both sides of the launch."""
    making = _Making(workspace, release, window)
    found = (
        *making.of_use(),
        *making.of_metrics(),
        *making.of_service(),
        *making.of_churn(),
        *making.of_feedback(),
    )
    return tuple(one for one in found if _has_both_sides(one, window))


def _has_both_sides(one: Measure, window: Window) -> bool:
    launch = np.datetime64(window.launch)
    return bool((one.days < launch).sum() >= 2 and (one.days > launch).sum() >= 1)


class _Making:
    """Series of one release."""

    def __init__(self, workspace: Workspace, release: Release, window: Window) -> None:
        self.workspace = workspace
        self.release = release
        self.window = window
        # Dates before those that a judgement learns from are where placebos are.
        self.span: dict[str, Any] = {
            "start_date": window.before_start - timedelta(days=PLACEBO_DAYS),
            "end_date": window.end,
        }

    def of_use(self) -> Iterator[Measure]:
        """Activity, coming back, and the touched features."""
        features = list(self.release.features)
        answer = self.workspace.ask("release_measures", features=features, **self._span())
        controls = self._other_uses() if features else None
        for name, (said, unit, better, scale) in OF_USE.items():
            label = said.replace("the touched features", self._features())
            rows = answer.rows.filter(measure=name)
            if name == "returned":
                last = min(self._last_event_day(), self.window.end - timedelta(days=1))
                known = last - timedelta(days=RETURN_DAYS)
                rows = rows.filter(pl.col("day") <= known)
            found = _measure(name, label, unit, better, scale, rows, answer)
            if found is not None:
                found = replace(found, is_by_segment=True)
                is_controlled = name == "feature_uses" and controls is not None
                yield _controlled(found, controls) if is_controlled and controls else found

    def _features(self) -> str:
        """The touched features by name, where they are few."""
        names = self.release.features
        return " and ".join(names) if len(names) <= FEW_FEATURES else "the touched features"

    def _span(self) -> dict[str, Any]:
        return self.span

    def _last_event_day(self) -> date:
        snapshot = self.workspace.snapshot
        return (snapshot.watermark if snapshot else None) or self.window.end

    def _other_uses(self) -> dict[np.datetime64, float] | None:
        rows = self.workspace.ask(
            "release_other_uses", touched=list(self.release.features), **self._span()
        ).rows
        if rows.is_empty():
            return None
        return {np.datetime64(day): float(uses) for day, uses in rows.iter_rows()}

    def of_metrics(self) -> Iterator[Measure]:
        """The metrics of metrics.toml that are kept by day."""
        try:
            answer = self.workspace.ask("release_metrics", **self._span())
        except QueryError:  # a policy that no kept metric can be narrowed to
            return
        for name, metric in self.workspace.metrics.items():
            rows = answer.rows.filter(metric=name)
            found = _measure(
                f"metric_{name}", metric.label, metric.unit, metric.better, _scale(metric), rows,
                answer,
            )  # fmt: skip
            if found is not None:
                yield found

    def of_service(self) -> Iterator[Measure]:
        """Latency and errors of all requests."""
        days = known_requests(self.workspace)
        answer = self.workspace.ask(
            "request_latencies", grain="day", group_by="nothing", routes=[], apdex_ms=1.0,
            share=0.5, watermark=days.watermark, **self._span(),
        )  # fmt: skip
        rows = answer.rows.filter(pl.col("starts_on") <= days.watermark).with_columns(
            pl.col("starts_on").alias("day")
        )
        for name, label in (("p50_ms", "Latency, p50"), ("p95_ms", "Latency, p95")):
            timed = rows.with_columns(pl.col(name).alias("numerator"), denominator=pl.lit(None))
            found = _measure(name, label, "milliseconds", "lower", "duration", timed, answer)
            if found is not None:
                yield found
        failed = rows.with_columns(
            pl.col("failed").alias("numerator"), pl.col("requests").alias("denominator")
        )
        found = _measure("errors", "Error rate", "percent", "lower", "rate", failed, answer)
        if found is not None:
            yield found

    def of_churn(self) -> Iterator[Measure]:
        """Paying accounts that left."""
        answer = self.workspace.ask("release_churn", **self._span())
        rows = answer.rows.with_columns(
            pl.col("left_them").alias("numerator"), pl.col("paying").alias("denominator")
        )
        found = _measure(
            "churn", "Accounts that left, a day", "percent", "lower", "rate", rows, answer
        )
        if found is not None and found.numerators.sum() > 0:
            yield found

    def of_feedback(self) -> Iterator[Measure]:
        """Mean scores."""
        answer = self.workspace.ask("release_feedback", **self._span())
        for (scale,), rows in answer.rows.group_by("scale", maintain_order=True):
            named = rows.with_columns(
                pl.col("total").alias("numerator"), pl.col("answers").alias("denominator")
            )
            label = f"Mean score, {str(scale).upper()}"
            found = _measure(f"feedback_{scale}", label, "number", "higher", "value", named, answer)
            if found is not None:
                yield found


def _scale(metric: MetricDefinition) -> Scale:
    if metric.kind in ("share", "ratio") and metric.unit == "percent":
        return "rate"
    if metric.kind == "quantile" and metric.unit in ("milliseconds", "seconds"):
        return "duration"
    return "count" if metric.kind == "count" else "value"


def _measure(
    name: str,
    label: str,
    unit: str,
    better: Better,
    scale: Scale,
    rows: pl.DataFrame,
    answer: Answer,
) -> Measure | None:
    """A series of the rows that have a value; None: none has, or none of its values is usable."""
    kept = rows.select(
        "day", pl.col("numerator").cast(pl.Float64), pl.col("denominator").cast(pl.Float64)
    ).filter(pl.col("numerator").is_not_null())
    has_denominator = kept["denominator"].null_count() < kept.height
    if has_denominator:
        kept = kept.filter(pl.col("denominator") > 0)
    if scale == "duration":
        kept = kept.filter(pl.col("numerator") > 0)
    if kept.is_empty():
        return None
    kept = kept.sort("day")
    numerators = kept["numerator"].to_numpy()
    below = kept["denominator"].to_numpy() if has_denominator else None
    if scale == "rate" and (below is None or bool(np.any(numerators > below))):
        scale = "value"
    if scale == "count" and bool(np.any(numerators < 0)):
        scale = "value"
    if scale == "duration" and has_denominator:
        below = None  # of quantiles the denominator says how many were measured
    return Measure(
        name, label, unit, better, scale, kept["day"].to_numpy().astype("datetime64[D]"),
        numerators, below, answer,
    )  # fmt: skip


def _controlled(one: Measure, controls: dict[np.datetime64, float]) -> Measure:
    known = np.array([day in controls for day in one.days])
    column = np.array([controls.get(day, 0.0) for day in one.days[known]])
    below = None if one.denominators is None else one.denominators[known]
    return replace(
        one, days=one.days[known], numerators=one.numerators[known], denominators=below,
        controls=working(column, scale="count")[:, None],
    )  # fmt: skip
