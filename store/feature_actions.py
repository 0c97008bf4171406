"""What owners of features decided about them, and what they did."""

from sqlalchemy import select

from store.database import Database
from store.records import FeatureAction
from store.sessions import put, record_of, remove
from store.tables import FeatureActionRow


class FeatureActions(Database):
    """Verdicts and actions, each with who recorded it and when."""

    def feature_actions(self, feature: str | None = None) -> tuple[FeatureAction, ...]:
        """Those about a feature, or all, the latest day first."""
        asked = select(FeatureActionRow).order_by(
            FeatureActionRow.acted_on.desc(), FeatureActionRow.created_at.desc(),
            FeatureActionRow.id,
        )  # fmt: skip
        if feature is not None:
            asked = asked.where(FeatureActionRow.feature == feature)
        with self.reading() as session:
            return tuple(record_of(FeatureAction, row) for row in session.scalars(asked))

    def record_action(self, action: FeatureAction, *, author: str) -> FeatureAction:
        """Keep a new one, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
            StoreError: It cannot be kept; the message says why.
        """
        with self.writing() as session:
            return record_of(FeatureAction, put(session, FeatureActionRow, action, author=author))

    def delete_action(self, action_id: str, *, author: str, version: int | None = None) -> None:
        """Remove one; the audit log keeps it."""
        with self.writing() as session:
            remove(session, FeatureActionRow, action_id, author=author, version=version)
