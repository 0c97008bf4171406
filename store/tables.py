"""The tables in the database: their columns as of the newest migration."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

from store.packing import packed, unpacked

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An instant, always in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database: in UTC, whatever zone it came with."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Out of the database: with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[Any]):
    """JSON that keeps days, moments and decimals."""

    impl = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Into the database."""
        return packed(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Out of the database."""
        return unpacked(value)


class Row(DeclarativeBase):
    """What all tables share: the names of their constraints and the types of their columns."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        str: Text(),
        float: Float(),
        date: Date(),
        datetime: Moment(),
    }

    id: Mapped[str] = mapped_column(primary_key=True)


class Changing:
    """Columns of what people change; the version makes a change to a stale state fail."""

    author: Mapped[str]
    created_at: Mapped[datetime]
    updated_by: Mapped[str]
    updated_at: Mapped[datetime]
    version: Mapped[int]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


class SavedQueryRow(Changing, Row):
    """See `records.SavedQuery`."""

    __tablename__ = "saved_queries"

    name: Mapped[str]
    sql: Mapped[str]
    description: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(Packed)
    parameters: Mapped[dict[str, Any]] = mapped_column(Packed)
    chart: Mapped[dict[str, Any] | None] = mapped_column(Packed)


class EditorTabRow(Changing, Row):
    """See `records.EditorTab`. A tab outlives the query that it came from."""

    __tablename__ = "editor_tabs"

    title: Mapped[str]
    sql: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(Packed)
    chart: Mapped[dict[str, Any] | None] = mapped_column(Packed)
    query_id: Mapped[str | None]
    position: Mapped[int]

    __table_args__ = (Index(None, "author"),)


class RunRow(Row):
    """See `records.Run`. History outlives the query that was run."""

    __tablename__ = "query_runs"

    author: Mapped[str]
    at: Mapped[datetime]
    sql: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(Packed)
    outcome: Mapped[str]
    seconds: Mapped[float | None]
    rows: Mapped[int | None]
    error: Mapped[str | None]
    snapshot_id: Mapped[str | None]
    query_id: Mapped[str | None]

    __table_args__ = (Index(None, "author", "at"),)


class BoardRow(Changing, Row):
    """See `records.Board`."""

    __tablename__ = "boards"

    name: Mapped[str]
    description: Mapped[str]
    tiles: Mapped[list["TileRow"]] = relationship(
        order_by="TileRow.position, TileRow.id", passive_deletes=True
    )


class TileRow(Changing, Row):
    """See `records.Tile`. A query on a board cannot be removed; a board takes its tiles along."""

    __tablename__ = "board_tiles"

    board_id: Mapped[str] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    query_id: Mapped[str] = mapped_column(ForeignKey("saved_queries.id", ondelete="RESTRICT"))
    title: Mapped[str]
    width: Mapped[int]
    chart: Mapped[dict[str, Any] | None] = mapped_column(Packed)
    position: Mapped[int]

    __table_args__ = (Index(None, "board_id", "position"), Index(None, "query_id"))


class AnnotationRow(Changing, Row):
    """See `records.Annotation`."""

    __tablename__ = "annotations"

    day: Mapped[date]
    title: Mapped[str]
    text: Mapped[str]
    url: Mapped[str | None]

    __table_args__ = (Index(None, "day"),)


class GoalRow(Changing, Row):
    """See `records.Goal`."""

    __tablename__ = "goals"

    metric: Mapped[str]
    target: Mapped[float]
    direction: Mapped[str]
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    owner: Mapped[str]

    __table_args__ = (Index(None, "metric"),)


class DecisionRow(Changing, Row):
    """See `records.Decision`. A decision outlives the experiment's table."""

    __tablename__ = "decisions"

    experiment: Mapped[str]
    outcome: Mapped[str]
    variant: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    decided_on: Mapped[date]

    __table_args__ = (Index(None, "experiment"),)


class VoteRow(Changing, Row):
    """See `records.Vote`. A vote outlives the build that its item came from."""

    __tablename__ = "votes"

    item: Mapped[str]
    metric: Mapped[str]
    day: Mapped[date]
    opinion: Mapped[str]

    __table_args__ = (Index(None, "day"),)


class SavedViewRow(Changing, Row):
    """See `records.SavedView`."""

    __tablename__ = "saved_views"

    page: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    address: Mapped[dict[str, Any]] = mapped_column(Packed)

    __table_args__ = (Index(None, "page"),)


class PlannedReleaseRow(Changing, Row):
    """See `records.PlannedRelease`. A plan outlives the release's row in the data."""

    __tablename__ = "planned_releases"

    release: Mapped[str]
    title: Mapped[str]
    planned_on: Mapped[date]
    rollout: Mapped[str]
    features: Mapped[list[str]] = mapped_column(Packed)
    url: Mapped[str | None]
    owner: Mapped[str]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(Packed)

    __table_args__ = (Index(None, "release"),)


class FeatureActionRow(Changing, Row):
    """See `records.FeatureAction`. It outlives the feature's events."""

    __tablename__ = "feature_actions"

    feature: Mapped[str]
    verdict: Mapped[str]
    rung: Mapped[str]
    action: Mapped[str]
    evidence: Mapped[str]
    acted_on: Mapped[date]

    __table_args__ = (Index(None, "feature"),)


class AuditRow(Row):
    """See `records.AuditEntry`."""

    __tablename__ = "audit_log"

    at: Mapped[datetime]
    author: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(Packed)

    __table_args__ = (Index(None, "at"),)
