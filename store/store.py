"""The store: everything that people write."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from store.boards import Boards
from store.decisions import Decisions
from store.feature_actions import FeatureActions
from store.notes import Annotations, AuditLog, Goals
from store.planned_releases import PlannedReleases
from store.saved_queries import EditorTabs, History, SavedQueries
from store.saved_views import SavedViews
from store.tables import Row
from store.votes import Votes

if TYPE_CHECKING:
    from store.merging import Merged


class Store(
    SavedQueries,
    EditorTabs,
    History,
    SavedViews,
    Boards,
    Annotations,
    Goals,
    Decisions,
    Votes,
    PlannedReleases,
    FeatureActions,
    AuditLog,
):
    """Reads and keeps records; safe between threads and between processes."""

    def counts(self) -> Mapping[str, int]:
        """How many rows each table has."""
        with self.reading() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in Row.metadata.sorted_tables
            }

    def export(self, target: Path) -> Mapping[str, int]:
        """Write all that is kept into a folder or .zip; the number of rows by table.

        Raises:
            StoreError: It cannot be read or written; the message says why.
        """
        from store.files import export

        return export(self, target)

    def merge(self, source: Path, *, author: str) -> "Merged":
        """Bring an export in, all of it or nothing.

        Raises:
            StoreError: It cannot be read or written; the message says why.
        """
        from store.merging import merge

        return merge(self, source, author=author)

    def damage(self) -> tuple[str, ...]:
        """What a thorough look at an SQLite file finds wrong; nothing is good."""
        if self.path is None:
            return ()
        with self.reading() as session:
            found = session.connection().exec_driver_sql("pragma quick_check(20)").scalars()
            broken = session.connection().exec_driver_sql("pragma foreign_key_check").all()
            problems = [str(line) for line in found if line != "ok"]
        if broken:
            problems.append(f"{len(broken)} rows point to something that is not there")
        return tuple(problems)
