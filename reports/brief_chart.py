"""The course of what a brief's item is about, with the rows and the SQL behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.periods import Period
from queries import Filter, Segment
from queries.narrow import NOT_SET
from reports.answer import Source, source
from reports.brief_series import (
    ACTIVE,
    FAILURES,
    FEATURE,
    SERVICE_ERRORS,
    SERVICE_TIME,
    Measured,
    active_series,
    features,
    metric_series,
    service_series,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from queries import Answer, Workspace
    from reports.brief_items import Item

WEEKS = 8
BACKGROUND = (
    "Each day's value, as the brief tests it. What was expected is a forecast from the days before "
    "(weekdays, and noise of unknown memory, averaged over its kinds), not the day before or the "
    "same weekday a week ago. Days are the workspace's local days; unfinished ones are left out."
)


@dataclass(frozen=True, slots=True)
class Course:
    """A series to be drawn.

    Attributes:
        source: `day, value` for each day of the window.
        period: The days.
        segment: The filters that are set.
    """

    source: Source
    period: Period
    segment: Segment


def course(workspace: Workspace, item: Item) -> Course:
    """Eight weeks up to the item's day, in its segment.

    Raises:
        QueryError: The engine failed.
    """
    period = Period(item.day - timedelta(days=7 * WEEKS - 1), item.day + timedelta(days=1))
    segment = segment_of(item)
    answer, found = _asked(workspace, item, segment, period)
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    values = next((one.natural for one in found if one.subject.metric == item.metric), None)
    known = [None] * len(days) if values is None else [_known(value) for value in values]
    rows = pl.DataFrame({"day": days, "value": known}, schema=SCHEMA)
    title = item.label if item.segment is None else f"{item.label}, {' '.join(item.segment)}"
    shown = source(answer, title=title, definition=BACKGROUND).showing(rows)
    return Course(shown, period, segment)


def segment_of(item: Item) -> Segment:
    """The filter that an item stands for; a route is none, as people have none."""
    if item.segment is None or item.metric in (SERVICE_ERRORS, SERVICE_TIME):
        return Segment()
    dimension, value = item.segment
    return Segment((Filter(dimension, (None if value == NOT_SET else value,)),))


def _asked(
    workspace: Workspace, item: Item, segment: Segment, period: Period
) -> tuple[Answer, Iterable[Measured]]:
    days = np.arange(np.datetime64(period.start), np.datetime64(period.end))
    reach: dict[str, Any] = {"start_date": period.start, "end_date": period.end}
    if item.metric == ACTIVE:
        answer = workspace.ask("brief_active", segment=segment, **reach)
        return answer, active_series(answer.rows, days, None)
    if item.metric.startswith((FEATURE, FAILURES)):
        answer = workspace.ask("brief_events", segment=segment, **reach)
        return answer, features(answer.rows, days, None)
    if item.metric in (SERVICE_ERRORS, SERVICE_TIME):
        answer = workspace.ask("brief_requests", **reach)
        found = service_series(answer.rows, days)
        return answer, (one for one in found if one.segment == item.segment)
    answer = workspace.ask("metric_series", segment=segment, metric=item.metric, **reach)
    rows = answer.rows.with_columns(
        pl.lit(item.metric).alias("metric"),
        pl.lit(None, pl.String).alias("dimension"),
        pl.lit(None, pl.String).alias("value"),
    )
    return answer, metric_series(workspace, rows, days)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


SCHEMA: dict[str, type[pl.DataType]] = {"day": pl.Date, "value": pl.Float64}


def window_of(item: Item) -> tuple[date, date]:
    """First and last day of a period that shows an item and the four weeks before it."""
    return item.since - timedelta(days=28), item.day
