"""What are today's figures, and how far are they from what they were?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from metrics.changes import Change
from reports.answer import Source
from reports.known import Known, complete_scope, known
from reports.metric_figures import metric_figure, retention_figure
from reports.usage_figures import (
    Figure,
    active_figure,
    new_users_figure,
    sessions_per_user_figure,
    stickiness_figure,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from queries import MetricDefinition, Workspace
    from reports.scope import Scope

    Making = Callable[[Workspace, Scope], Figure]


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of Today.

    Attributes:
        name: The metric's name, fit for a widget key.
        label: What it is called.
        unit: "users", "events", "sessions", "percent" (the value is a fraction), "seconds",
            "milliseconds", "currency" or "number".
        better: Which direction is good news.
        change: The value of the period and of the comparison, and their difference; the value is
            None when it cannot be measured, and `missing` says why.
        is_rate: Whether the difference is in percentage points (absolute, as a fraction).
        base: How many the figure stands on: the denominator of a rate or mean, or the compared
            value of a count; None when unknown.
        base_words: What the base is, such as "people first active in the weeks measured".
        spark: (day, value) of complete days only, oldest first; a value may be None.
        missing: Why there is no value; None when there is one.
        source: Where the value comes from.
    """

    name: str
    label: str
    unit: str
    better: Literal["higher", "lower"]
    change: Change
    is_rate: bool
    base: float | None
    base_words: str
    spark: tuple[tuple[date, float | None], ...]
    missing: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class HeadlinesReport:
    """The figures of Today, in their order.

    Attributes:
        headlines: One each.
        as_of: The last complete day that they describe; None without data.
    """

    headlines: tuple[Headline, ...]
    as_of: date | None

    @property
    def figures(self) -> dict[str, Source]:
        """The source of each figure, by metric name."""
        return {headline.name: headline.source for headline in self.headlines}


@dataclass(frozen=True, slots=True)
class _Place:
    """A figure that has a place on Today."""

    position: int
    name: str
    label: str
    unit: str
    better: Literal["higher", "lower"]
    make: Making


def headlines(workspace: Workspace, scope: Scope) -> HeadlinesReport:
    """The shipped figures and those of `metrics.toml` that have a place on Today."""
    days = known(workspace)
    whole = complete_scope(scope, days)
    if whole is None:
        return HeadlinesReport(headlines=(), as_of=None)
    places = sorted(_places(workspace), key=lambda place: (place.position, place.name))
    return HeadlinesReport(
        headlines=tuple(_headline(workspace, whole, days, place) for place in places),
        as_of=whole.period.last_day,
    )


def _places(workspace: Workspace) -> list[_Place]:
    """The figures that no definition in metrics.toml can express, and the metrics that are there.

    A metric of the workspace with the name of one of the former takes its place.
    """
    own = {
        name: _Place(
            metric.headline, name, metric.label, metric.unit, metric.better, _making(name, metric)
        )
        for name, metric in workspace.metrics.items()
        if metric.headline is not None
    }
    return list(({place.name: place for place in BUILT_IN} | own).values())


BUILT_IN = (
    _Place(3, "new_users", "New users", "users", "higher", new_users_figure),
    _Place(4, "stickiness", "Stickiness", "percent", "higher", stickiness_figure),
    _Place(
        5, "sessions_per_active_user", "Sessions per active user", "number", "higher",
        sessions_per_user_figure,
    ),
)  # fmt: skip


def _making(name: str, metric: MetricDefinition) -> Making:
    if metric.kind == "active":
        return lambda workspace, scope: active_figure(workspace, scope, metric)
    if metric.kind == "retention":
        return lambda workspace, scope: retention_figure(workspace, scope, metric)
    return lambda workspace, scope: metric_figure(workspace, scope, name, metric)


def _headline(workspace: Workspace, scope: Scope, days: Known, place: _Place) -> Headline:
    figure = place.make(workspace, scope)
    return Headline(
        name=place.name,
        label=place.label,
        unit=place.unit,
        better=place.better,
        change=figure.change,
        is_rate=place.unit == "percent",
        base=figure.base,
        base_words=figure.base_words,
        spark=figure.spark,
        missing=figure.missing or _missing(figure, days),
        source=figure.source,
    )


def _missing(figure: Figure, days: Known) -> str | None:
    if figure.change.value is not None:
        return None
    if figure.base == 0:
        return "Not measurable: nobody was active."
    return f"Not measurable: the data begin on {days.data_start}, too late for its window."
