"""Pages as people left them, to come back to."""

from sqlalchemy import select

from store.database import Database
from store.records import SavedView
from store.sessions import put, record_of, remove
from store.tables import SavedViewRow


class SavedViews(Database):
    """Views of a page: what was chosen on it, under a name."""

    def save_view(self, view: SavedView, *, author: str) -> SavedView:
        """Keep a new view, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
            StoreError: It cannot be kept; the message says why.
        """
        with self.writing() as session:
            return record_of(SavedView, put(session, SavedViewRow, view, author=author))

    def views(self, page: str) -> tuple[SavedView, ...]:
        """Those of a page, by name."""
        asked = select(SavedViewRow).where(SavedViewRow.page == page)
        with self.reading() as session:
            records = [record_of(SavedView, row) for row in session.scalars(asked)]
        return tuple(sorted(records, key=lambda one: (one.name.casefold(), one.id)))

    def delete_view(self, view_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a view; the audit log keeps it."""
        with self.writing() as session:
            remove(session, SavedViewRow, view_id, author=author, version=version)
