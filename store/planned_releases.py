"""Releases that people have added, with what they have to achieve."""

from sqlalchemy import select

from store.database import Database
from store.records import PlannedRelease
from store.sessions import put, record_of, remove
from store.tables import PlannedReleaseRow


class PlannedReleases(Database):
    """Plans of releases, each with who made it and when."""

    def planned_releases(self) -> tuple[PlannedRelease, ...]:
        """All plans, the latest day first."""
        asked = select(PlannedReleaseRow).order_by(
            PlannedReleaseRow.planned_on.desc(), PlannedReleaseRow.created_at, PlannedReleaseRow.id
        )
        with self.reading() as session:
            return tuple(record_of(PlannedRelease, row) for row in session.scalars(asked))

    def plan_release(self, plan: PlannedRelease, *, author: str) -> PlannedRelease:
        """Keep a new plan, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
            StoreError: It cannot be kept; the message says why.
        """
        with self.writing() as session:
            return record_of(PlannedRelease, put(session, PlannedReleaseRow, plan, author=author))

    def delete_planned_release(
        self, plan_id: str, *, author: str, version: int | None = None
    ) -> None:
        """Remove a plan; the audit log keeps it."""
        with self.writing() as session:
            remove(session, PlannedReleaseRow, plan_id, author=author, version=version)
