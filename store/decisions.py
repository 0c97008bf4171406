"""What people decided about experiments."""

from sqlalchemy import select

from store.database import Database
from store.records import Decision
from store.sessions import put, record_of, remove
from store.tables import DecisionRow


class Decisions(Database):
    """Decisions, each with who took it, when and why."""

    def decisions(self, experiment: str | None = None) -> tuple[Decision, ...]:
        """Those about an experiment, or all, the latest first."""
        asked = select(DecisionRow).order_by(
            DecisionRow.decided_on.desc(), DecisionRow.created_at.desc(), DecisionRow.id
        )
        if experiment is not None:
            asked = asked.where(DecisionRow.experiment == experiment)
        with self.reading() as session:
            return tuple(record_of(Decision, row) for row in session.scalars(asked))

    def decide(self, decision: Decision, *, author: str) -> Decision:
        """Keep a new decision, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
        """
        with self.writing() as session:
            return record_of(Decision, put(session, DecisionRow, decision, author=author))

    def delete_decision(self, decision_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a decision; the audit log keeps it."""
        with self.writing() as session:
            remove(session, DecisionRow, decision_id, author=author, version=version)
