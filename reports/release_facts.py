"""What is known of a release before anything is judged: when, for whom, touching what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.impact import READOUTS
from reports.known import Known, known
from reports.service_days import known_requests

if TYPE_CHECKING:
    from queries import Answer, Workspace
    from queries.settings import Holiday

LAST_READOUT = max(READOUTS)
SEASON_DAYS = 10  # between two holidays, within which they make one season
BEFORE_DAYS = 84  # that a judgement learns from, where there are so many


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        name: Its name.
        title: What it brings, in a line.
        version: App version that carries it; None: not known.
        released_on: Local day of the first user.
        completed_on: Local day from which everybody has it; None: not known.
        rollout: "staged", "full", "flag" or "adopters"; None: not known.
        features: Features that it touches.
        url: Where to read more.
        owner: Who answers for it.
        reached: Units with a first contact; 0 where no table of rollouts says.
    """

    name: str
    title: str
    version: str | None
    released_on: date
    completed_on: date | None
    rollout: str | None
    features: tuple[str, ...]
    url: str | None
    owner: str | None
    reached: int

    def shares_features(self, other: Release) -> bool:
        """Whether both touch a feature."""
        return bool(set(self.features) & set(other.features))


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a release is judged.

    Attributes:
        launch: The day of launch, which belongs to neither side.
        before_start: First day before.
        end: First day that is not looked at: after the last readout, the next release of the same
            features, or the last complete day.
        days_before: Complete days before.
        days_after: Complete days after.
        next_release: The release of the same features that ends the window; None: none does.
        season: The holiday before which the window ends; None: none does.
    """

    launch: date
    before_start: date
    end: date
    days_before: int
    days_after: int
    next_release: str | None
    season: str | None = None

    @property
    def readout(self) -> int | None:
        """The latest readout day that has been reached; None: none yet."""
        return max((day for day in READOUTS if day <= self.days_after), default=None)


def release_answer(workspace: Workspace) -> Answer:
    """The list as it was asked."""
    return workspace.ask("release_list")


def all_releases(workspace: Workspace) -> tuple[Release, ...]:
    """Every release of the table, newest first."""
    zone = workspace.settings.product.zone
    rows = release_answer(workspace).rows
    return tuple(_release(row, zone) for row in rows.iter_rows(named=True))


def window_of(release: Release, releases: Sequence[Release], days: Known) -> Window:
    """The days before and after that may be compared."""
    later = [
        one
        for one in releases
        if one.released_on > release.released_on and one.shares_features(release)
    ]
    following = min(later, key=lambda one: one.released_on, default=None)
    end = min(
        release.released_on + timedelta(days=LAST_READOUT + 1),
        days.watermark + timedelta(days=1),
        following.released_on if following else date.max,
        _switched_on(release),
    )
    start = max(days.data_start, release.released_on - timedelta(days=BEFORE_DAYS))
    is_cut = following is not None and end == following.released_on
    return Window(
        launch=release.released_on,
        before_start=start,
        end=end,
        days_before=max(0, (release.released_on - start).days),
        days_after=max(0, (end - release.released_on).days - 1),
        next_release=following.name if following and is_cut else None,
    )


def before_season(window: Window, holidays: Sequence[Holiday]) -> Window:
    """The window, cut before two holidays that are close: then many are away for longer than those.

    For comparisons of before and after, which cannot tell a release from a season.
    """
    inside = sorted(
        (one for one in holidays if window.launch < one.day < window.end), key=lambda one: one.day
    )
    first = next(
        (one for one, other in pairwise(inside) if (other.day - one.day).days <= SEASON_DAYS),
        None,
    )
    if first is None:
        return window
    end = first.day - timedelta(days=1)
    days_after = max(0, (end - window.launch).days - 1)
    return replace(window, end=end, days_after=days_after, season=first.name, next_release=None)


def _switched_on(release: Release) -> date:
    """The day from which a flag is on for everybody: no arm is without it any more."""
    is_flag = release.rollout == "flag" and release.completed_on is not None
    return max(release.completed_on or date.max, release.released_on) if is_flag else date.max


def last_known(workspace: Workspace) -> Known:
    """Days of events; where there are none but requests, the same."""
    days = known(workspace)
    return days if days.watermark >= days.data_start else known_requests(workspace)


def coinciding(
    release: Release, releases: Sequence[Release], window: Window
) -> tuple[Release, ...]:
    """Other releases from a week before the launch to the end of the window."""
    first = window.launch - timedelta(days=7)
    return tuple(
        one
        for one in releases
        if one.name != release.name and first <= one.released_on < window.end
    )


def _release(row: dict[str, Any], zone: Any) -> Release:
    features = tuple(part.strip() for part in (row["features"] or "").split(",") if part.strip())
    return Release(
        name=row["release"],
        title=row["title"] or row["release"],
        version=row["version"],
        released_on=_local(row["released_at"], zone) or date.min,
        completed_on=_local(row["completed_at"], zone),
        rollout=row["rollout"],
        features=features,
        url=row["url"],
        owner=row["owner"],
        reached=row["reached"],
    )


def _local(moment: datetime | None, zone: Any) -> date | None:
    return None if moment is None else moment.replace(tzinfo=UTC).astimezone(zone).date()


def reach(
    workspace: Workspace, release: Release, window: Window, *, by: str | None = None
) -> Answer:
    """Active and reached people by day around the launch."""
    return workspace.ask(
        "release_reach",
        by=by,
        release=release.name,
        start_date=window.launch - timedelta(days=7),
        end_date=max(window.end, window.launch + timedelta(days=1)),
    )


def exposed_share(rows: pl.DataFrame, release: Release, last_day: date) -> float | None:
    """Share of the active who had been reached on the last days; None: not known."""
    if release.reached:
        recent = rows.filter(
            (pl.col("day") <= last_day) & (pl.col("day") > last_day - timedelta(days=7))
        )
        active = int(recent["active"].sum())
        return int(recent["reached"].sum()) / active if active else None
    if release.completed_on is not None and release.completed_on <= last_day:
        return 1.0
    return None
