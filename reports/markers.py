"""What happened on the days of a chart: releases, experiments, holidays, what people noted?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from metrics.periods import Period
from reports.known import known
from store import StoreError, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queries import Workspace

MarkerKind = Literal["release", "experiment_start", "experiment_end", "holiday", "annotation"]
LOG = logging.getLogger("tidemark")

# A local day reaches at most so far beyond the UTC day of the same date.
ZONE_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened on a day.

    Attributes:
        day: The local day.
        kind: What it is.
        name: Its name, such as "4.2".
        title: One line about it; the name again if there is none.
        url: Where to read more; None: nowhere.
    """

    day: date
    kind: MarkerKind
    name: str
    title: str
    url: str | None = None


def markers(workspace: Workspace, period: Period) -> tuple[Marker, ...]:
    """Everything that happened in the period, oldest first."""
    found = (
        *releases(workspace, period),
        *_experiments(workspace, period),
        *_holidays(workspace, period),
        *_annotations(workspace, period),
    )
    return tuple(sorted(found, key=lambda one: (one.day, one.kind, one.name)))


def latest_releases(workspace: Workspace, *, limit: int = 3) -> tuple[Marker, ...]:
    """The releases up to the last complete day, newest first."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    days = known(workspace)
    until = max(days.watermark, days.data_start) + timedelta(days=1)
    return releases(workspace, Period(min(date(2000, 1, 1), days.data_start), until))[:limit]


def releases(workspace: Workspace, period: Period) -> tuple[Marker, ...]:
    """The releases of a period, newest first."""
    rows = _between(workspace, "release_dates", period)
    found = (
        Marker(
            day=_local_day(workspace, row["released_at"]),
            kind="release",
            name=row["release"],
            title=row["title"] or row["release"],
            url=row["url"],
        )
        for row in rows
    )
    return tuple(one for one in found if one.day in period)


def _experiments(workspace: Workspace, period: Period) -> Iterator[Marker]:
    moments: tuple[tuple[MarkerKind, str], ...] = (
        ("experiment_start", "started_at"),
        ("experiment_end", "ended_at"),
    )
    for row in _between(workspace, "experiment_dates", period):
        for kind, column in moments:
            day = _local_day(workspace, row[column]) if row[column] else None
            if day is not None and day in period:
                title = row["hypothesis"] or row["experiment"]
                yield Marker(day=day, kind=kind, name=row["experiment"], title=title)


def _holidays(workspace: Workspace, period: Period) -> Iterator[Marker]:
    for holiday in workspace.settings.holidays:
        if holiday.day in period:
            yield Marker(holiday.day, "holiday", holiday.name, holiday.name)


def _annotations(workspace: Workspace, period: Period) -> tuple[Marker, ...]:
    """What people have noted, read anew each time: somebody may have noted something just now.

    A chart is worth showing without them, so a store that cannot be read is only logged here; the
    control that lists annotations says so on the page.
    """
    try:
        found = store_of(workspace).annotations(period.start, period.end)
    except StoreError as error:
        LOG.warning("charts are drawn without annotations: %s", error)
        return ()
    return tuple(Marker(one.day, "annotation", one.title, one.title, one.url) for one in found)


def _between(workspace: Workspace, query: str, period: Period) -> list[dict[str, Any]]:
    """Rows of the period and a day either side, since they are dated in UTC."""
    answer = workspace.ask(
        query, start_date=period.start - ZONE_MARGIN, end_date=period.end + ZONE_MARGIN
    )
    return answer.rows.rows(named=True)


def _local_day(workspace: Workspace, moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(workspace.settings.product.zone).date()
