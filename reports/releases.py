"""Which releases are there, what did each do, and which still have to prove themselves?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from reports import release_definitions as definitions
from reports.answer import Report, Source, source
from reports.release import kept_report
from reports.release_answer import ReleaseReport
from reports.release_facts import Release, all_releases, last_known, release_answer, window_of
from reports.release_plans import planned_as_release, plans

if TYPE_CHECKING:
    from queries import Workspace


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list.

    Attributes:
        release: What is known of it.
        report: Its judgement; None: nobody has asked for it since the last build.
        is_planned: It is known from a plan alone.
        days_after: Complete days after it, within its window.
    """

    release: Release
    report: ReleaseReport | None
    is_planned: bool
    days_after: int


@dataclass(frozen=True, slots=True)
class ReleasesReport(Report):
    """All releases.

    Attributes:
        entries: Newest first, planned ones before all.
        releases: One row per release: `release, title, released_on, rollout, features, standing,
            grade, verdict`.
    """

    entries: tuple[Entry, ...]
    releases: Source

    @property
    def waiting(self) -> int:
        """Releases with a readout still to come."""
        return sum(
            entry.report is not None and entry.report.look_again is not None
            for entry in self.entries
        )

    @property
    def unjudged(self) -> int:
        """Releases that nobody, nor the server, has judged since the last build."""
        return sum(entry.report is None for entry in self.entries)


def releases_report(workspace: Workspace) -> ReleasesReport:
    """The list, with the verdicts that are known by now."""
    known = all_releases(workspace)
    days = last_known(workspace)
    names = {one.name for one in known}
    planned = [planned_as_release(one) for one in plans(workspace) if one.release not in names]
    entries = tuple(
        Entry(
            one, kept_report(workspace, one.name), one.name not in names,
            window_of(one, known, days).days_after,
        )
        for one in (*planned, *known)
    )  # fmt: skip
    found = source(release_answer(workspace), title="Releases", definition=definitions.LIST)
    rows = [_row(one) for one in entries]
    return ReleasesReport(entries, found.showing(pl.DataFrame(rows, schema=SCHEMA, orient="row")))


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "release": pl.String, "title": pl.String, "released_on": pl.Date, "rollout": pl.String,
    "features": pl.String, "standing": pl.String, "grade": pl.String, "verdict": pl.String,
}  # fmt: skip


def _row(entry: Entry) -> tuple[object, ...]:
    one, report = entry.release, entry.report
    return (
        one.name, one.title, one.released_on, one.rollout, ", ".join(one.features),
        report.standing if report else None,
        report.verdict.grade if report and report.verdict else None,
        report.sentence if report else None,
    )  # fmt: skip
