"""Annotations of days, goals of metrics, and the audit log."""

from datetime import date, datetime

from sqlalchemy import select

from store.database import Database
from store.errors import StoreMissing
from store.fitness import check_fit
from store.records import Annotation, AuditEntry, Goal
from store.sessions import new_id, now, put, record_of, remove
from store.tables import AnnotationRow, AuditRow, GoalRow


class Annotations(Database):
    """What people know about days."""

    def annotations(self, start: date, end: date) -> tuple[Annotation, ...]:
        """Those of the days from `start` up to, not including, `end`, the earliest first."""
        with self.reading() as session:
            rows = session.scalars(
                select(AnnotationRow)
                .where(AnnotationRow.day >= start, AnnotationRow.day < end)
                .order_by(AnnotationRow.day, AnnotationRow.created_at, AnnotationRow.id)
            )
            return tuple(record_of(Annotation, row) for row in rows)

    def annotation(self, annotation_id: str) -> Annotation:
        """One of them.

        Raises:
            StoreMissing: There is none with this id.
        """
        with self.reading() as session:
            row = session.get(AnnotationRow, annotation_id)
            if row is None:
                raise StoreMissing(f"there is no annotation {annotation_id!r}; it may be removed")
            return record_of(Annotation, row)

    def annotate(self, annotation: Annotation, *, author: str) -> Annotation:
        """Keep a new annotation, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
        """
        with self.writing() as session:
            row = put(session, AnnotationRow, annotation, author=author)
            return record_of(Annotation, row)

    def delete_annotation(
        self, annotation_id: str, *, author: str, version: int | None = None
    ) -> None:
        """Remove an annotation; the audit log keeps what it said."""
        with self.writing() as session:
            remove(session, AnnotationRow, annotation_id, author=author, version=version)


class Goals(Database):
    """Where metrics should be."""

    def goals(self, metric: str | None = None) -> tuple[Goal, ...]:
        """Those of a metric, or all, by metric and first day."""
        asked = select(GoalRow).order_by(GoalRow.metric, GoalRow.from_day, GoalRow.id)
        if metric is not None:
            asked = asked.where(GoalRow.metric == metric)
        with self.reading() as session:
            return tuple(record_of(Goal, row) for row in session.scalars(asked))

    def set_goal(self, goal: Goal, *, author: str) -> Goal:
        """Keep a new goal, or a change to one.

        Raises:
            StoreConflict: Somebody else has changed it meanwhile.
        """
        with self.writing() as session:
            return record_of(Goal, put(session, GoalRow, goal, author=author))

    def delete_goal(self, goal_id: str, *, author: str, version: int | None = None) -> None:
        """Remove a goal; the audit log keeps it."""
        with self.writing() as session:
            remove(session, GoalRow, goal_id, author=author, version=version)


class AuditLog(Database):
    """Who did what."""

    def audit(self, entry: AuditEntry) -> AuditEntry:
        """Write something down for good."""
        check_fit(entry)
        with self.writing() as session:
            row = AuditRow(
                id=entry.id or new_id(),
                at=entry.at or now(),
                author=entry.author,
                action=entry.action,
                subject=entry.subject,
                details=dict(entry.details),
            )
            session.add(row)
            session.flush()
            return record_of(AuditEntry, row)

    def audit_log(
        self,
        *,
        since: datetime | None = None,
        author: str | None = None,
        limit: int = 1_000,
    ) -> tuple[AuditEntry, ...]:
        """What was done, the latest first."""
        asked = select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id).limit(limit)
        if since is not None:
            asked = asked.where(AuditRow.at >= since)
        if author is not None:
            asked = asked.where(AuditRow.author == author)
        with self.reading() as session:
            return tuple(record_of(AuditEntry, row) for row in session.scalars(asked))
