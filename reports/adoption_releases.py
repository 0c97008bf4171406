"""After a release has reached people, how soon do they try what it brought?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.adoption import time_to_adopt
from metrics.periods import Period
from reports.adoption_definitions import TRY
from reports.answer import Report, Source, source
from reports.feature_list import Feature, features, roles
from reports.feedback_by_feature import moments
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace

FOLLOWED = 28  # days after the release has reached somebody
MOST_CURVES = 6
SINCE_EVER = date(2000, 1, 1)

DEFINITION = (
    "Of the people whom the release has reached, the share who have tried the feature since, by "
    "spans of 24 hours from the moment at which it reached each of them. Kaplan–Meier: those "
    "reached lately count as far as they have been followed; the band is the 95 % interval. A try "
    "counts even if they had tried it before the release. Where a release reaches accounts, it "
    f"reaches all of their users. Segments narrow the people and their tries.\n\n{TRY}"
)


@dataclass(frozen=True, slots=True)
class Curve:
    """One release and one of its features.

    Attributes:
        release: Its name.
        feature: The feature's name.
        label: As people say it.
        released_on: The UTC day on which it came out.
        people: Whom it has reached.
        tried: Of those, tried it within the days followed.
        day: The last day of the curve; None: nobody was followed for a day.
        share: Share who have tried it by its end, Kaplan–Meier.
        low: Lower bound of its 95 % interval.
        high: Upper bound.
    """

    release: str
    feature: str
    label: str
    released_on: date
    people: int
    tried: int
    day: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ReleaseAdoptionReport(Report):
    """Adoption curves after releases.

    Attributes:
        curves: One row per (release, feature, day) with people followed so long, day 1 to 28:
            `release, feature, day, share` (tried it by the end of that day), `low, high, followed`
            (people followed to its end, or who had tried it by then).
        waits: One row per (release, feature, waited_days, has_tried): `people`.
        found: Each curve, the newest release first.
        missing: Why there are none; None: there are.
    """

    curves: Source
    waits: Source
    found: tuple[Curve, ...]
    missing: str | None


def release_adoption(
    workspace: Workspace, segment: Segment, *, feature: str | None = None
) -> ReleaseAdoptionReport:
    """How soon people try the features of the latest releases.

    Args:
        workspace: Where to ask.
        segment: Whom to follow.
        feature: Only the releases that touched this one; None: of all features.
    """
    days = known(workspace)
    listed = {one.name: one for one in features(workspace)}
    pairs = _pairs(workspace, listed, feature)[:MOST_CURVES]
    names = list(dict.fromkeys(pair[1] for pair in pairs))
    told = roles(listed[name] for name in names)
    told.pop("without_ends")
    start = min((pair[2] for pair in pairs), default=days.data_start)
    end = days.watermark + timedelta(days=1)
    answer = workspace.ask(
        "feature_after_release",
        segment=segment,
        pairs=[f"{release}: {name}" for release, name, _ in pairs],
        start_date=start - timedelta(days=1),
        end_date=end,
        until_at=moments(workspace, Period(end - timedelta(days=1), end))[1],
        most_days=FOLLOWED,
        **told,
    )
    waits = source(answer, title="Tries after a release", definition=DEFINITION)
    groups = {
        (str(key[0]), str(key[1])): rows
        for key, rows in answer.rows.group_by("release", "feature", maintain_order=True)
    }
    found = [
        _curve(pair, listed[pair[1]], groups[pair[:2]]) for pair in pairs if pair[:2] in groups
    ]
    curves = [_course(one, groups[one.release, one.feature]) for one in found]
    return ReleaseAdoptionReport(
        curves=waits.showing(pl.concat(curves) if curves else _course_of([])),
        waits=waits,
        found=tuple(_ended(one, course) for one, course in zip(found, curves, strict=True)),
        missing=None if found else _missing(pairs, feature),
    )


def _pairs(
    workspace: Workspace, listed: dict[str, Feature], feature: str | None
) -> list[tuple[str, str, date]]:
    """(release, feature, first day), the newest release first."""
    end = known(workspace).watermark + timedelta(days=1)
    rows = workspace.ask("feature_releases", start_date=SINCE_EVER, end_date=end).rows
    return [
        (row["release"], name, _day(row["released_at"]))
        for row in rows.iter_rows(named=True)
        for name in (part.strip() for part in row["features"].split(","))
        if name in listed and feature in (None, name)
    ]


def _day(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).date()


def _curve(pair: tuple[str, str, date], feature: Feature, rows: pl.DataFrame) -> Curve:
    tried = int(rows.filter(pl.col("has_tried"))["people"].sum())
    return Curve(pair[0], pair[1], feature.label, pair[2], int(rows["people"].sum()), tried)


def _course(one: Curve, rows: pl.DataFrame) -> pl.DataFrame:
    """The share who have tried by the end of each day, as far as anybody was followed."""
    people = rows["people"].to_numpy()
    waited = np.repeat(rows["waited_days"].to_numpy().astype(np.float64), people)
    has_tried = np.repeat(rows["has_tried"].to_numpy(), people)
    curve = time_to_adopt(waited, has_tried)
    ends = (curve.longest, FOLLOWED if curve.shown_until is None else curve.shown_until)
    until = min(FOLLOWED, *ends)
    points: list[tuple[object, ...]] = []
    for day in range(int(until)):
        stayed = curve.at(float(day))
        followed = int((has_tried | (waited > day)).sum())
        share = (_less(stayed.value), _less(stayed.high), _less(stayed.low))
        points.append((one.release, one.feature, day + 1, *share, followed))
    return _course_of(points)


def _ended(one: Curve, course: pl.DataFrame) -> Curve:
    """The curve with its last point."""
    if course.is_empty():
        return one
    end = course.row(-1, named=True)
    return replace(one, **{name: end[name] for name in ("day", "share", "low", "high")})


def _less(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _course_of(points: list[tuple[object, ...]]) -> pl.DataFrame:
    schema = {
        "release": pl.String, "feature": pl.String, "day": pl.Int64, "share": pl.Float64,
        "low": pl.Float64, "high": pl.Float64, "followed": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(points, schema=schema, orient="row")


def _missing(pairs: list[tuple[str, str, date]], feature: str | None) -> str:
    if not pairs and feature is not None:
        return "No release names this feature"
    if not pairs:
        return "No release names a feature it touches: fill the column `features` of `releases`"
    return "No release has reached anybody yet: the table `rollouts` says whom it reached, and when"
