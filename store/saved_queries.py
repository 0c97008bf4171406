"""Saved queries, the tabs of people's editors, and what they have run."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from store.database import Database
from store.errors import StoreMissing, StoreRefused
from store.fitness import check_fit
from store.records import EditorTab, Run, SavedQuery
from store.sessions import found, named, new_id, now, put, record_of, remove, written
from store.tables import BoardRow, EditorTabRow, RunRow, SavedQueryRow, TileRow

MOST_RUNS = 1_000  # kept of each author; older ones go


class SavedQueries(Database):
    """What is asked again."""

    def save_query(self, query: SavedQuery, *, author: str) -> SavedQuery:
        """Keep a new query, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
            StoreError: It cannot be kept; the message says why.
        """
        with self.writing() as session:
            row = put(session, SavedQueryRow, query, author=author)
            return record_of(SavedQuery, row)

    def queries(self) -> tuple[SavedQuery, ...]:
        """All of them, by name."""
        with self.reading() as session:
            rows = session.scalars(select(SavedQueryRow))
            records = [record_of(SavedQuery, row) for row in rows]
        return tuple(sorted(records, key=lambda one: (one.name.casefold(), one.id)))

    def query(self, query_id: str) -> SavedQuery:
        """One of them.

        Raises:
            StoreMissing: There is none with this id.
        """
        with self.reading() as session:
            row = session.get(SavedQueryRow, query_id)
            if row is None:
                raise StoreMissing(f"there is no saved query {query_id!r}; it may be removed")
            return record_of(SavedQuery, row)

    def delete_query(self, query_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a query; the audit log keeps its text.

        Raises:
            StoreRefused: It is on a board.
            StoreConflict: Somebody else has changed it meanwhile.
            StoreMissing: There is none with this id.
        """
        with self.writing() as session:
            row = found(session, SavedQueryRow, query_id, version=version)
            boards = session.scalars(
                select(BoardRow.name).join(TileRow).where(TileRow.query_id == query_id).distinct()
            ).all()
            if boards:
                names = ", ".join(f"“{name}”" for name in sorted(boards))
                raise StoreRefused(f"{named(row)} is on {names}; remove it there first")
            remove(session, SavedQueryRow, query_id, author=author, version=version)


class EditorTabs(Database):
    """What is open in people's editors."""

    def tabs(self, author: str) -> tuple[EditorTab, ...]:
        """Somebody's tabs, from left to right."""
        with self.reading() as session:
            rows = session.scalars(
                select(EditorTabRow)
                .where(EditorTabRow.author == author)
                .order_by(EditorTabRow.position, EditorTabRow.id)
            )
            return tuple(record_of(EditorTab, row) for row in rows)

    def save_tabs(
        self, tabs: Sequence[EditorTab], *, author: str, closed: Sequence[str] = ()
    ) -> tuple[EditorTab, ...]:
        """Keep these tabs as they are now, and remove those that were closed.

        Tabs of the same person that are neither, such as those of another window, stay. A tab is
        one person's alone, so the last one to write it wins; a tab may bring an id of its own.

        Returns:
            All of the author's tabs, from left to right.
        """
        with self.writing() as session:
            if closed:
                session.execute(
                    delete(EditorTabRow).where(
                        EditorTabRow.author == author, EditorTabRow.id.in_(closed)
                    )
                )
            for tab in tabs:
                check_fit(tab)
                row = session.get(EditorTabRow, tab.id) if tab.id else None
                if row is None:
                    row = EditorTabRow(id=tab.id or new_id(), author=author, created_at=now())
                    session.add(row)
                if row.author != author:
                    raise StoreRefused(f"the tab {tab.id!r} is somebody else's")
                for name, value in written(tab).items():
                    setattr(row, name, value)
                row.updated_by, row.updated_at = author, now()
        return self.tabs(author)


class History(Database):
    """What people have run."""

    def record_run(self, run: Run) -> Run:
        """Keep that a query was run; of each author the last thousand."""
        check_fit(run)
        with self.writing() as session:
            values = {name: getattr(run, name) for name in Run.__dataclass_fields__}
            row = RunRow(**values | {"id": run.id or new_id(), "at": run.at or now()})
            session.add(row)
            session.flush()
            kept = (
                select(RunRow.id)
                .where(RunRow.author == run.author)
                .order_by(RunRow.at.desc(), RunRow.id)
                .limit(MOST_RUNS)
            )
            session.execute(
                delete(RunRow).where(RunRow.author == run.author, RunRow.id.not_in(kept))
            )
            return record_of(Run, row)

    def history(self, author: str, *, limit: int = 100) -> tuple[Run, ...]:
        """What somebody has run, the latest first."""
        with self.reading() as session:
            rows = session.scalars(
                select(RunRow)
                .where(RunRow.author == author)
                .order_by(RunRow.at.desc(), RunRow.id)
                .limit(limit)
            )
            return tuple(record_of(Run, row) for row in rows)
