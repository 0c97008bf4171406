"""Saved queries, editor tabs, query history, boards with their tiles."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_queries",
        *_changing(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", _json(), nullable=False),
        sa.Column("parameters", _json(), nullable=False),
        sa.Column("chart", _json(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_saved_queries"),
    )
    op.create_table(
        "editor_tabs",
        *_changing(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("parameters", _json(), nullable=False),
        sa.Column("chart", _json(), nullable=True),
        sa.Column("query_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_editor_tabs"),
    )
    op.create_index("ix_editor_tabs_author", "editor_tabs", ["author"])
    op.create_table(
        "query_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("parameters", _json(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("snapshot_id", sa.Text(), nullable=True),
        sa.Column("query_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_query_runs"),
    )
    op.create_index("ix_query_runs_author_at", "query_runs", ["author", "at"])
    op.create_table(
        "boards",
        *_changing(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_boards"),
    )
    op.create_table(
        "board_tiles",
        *_changing(),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("chart", _json(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_board_tiles"),
        sa.ForeignKeyConstraint(
            ["board_id"], ["boards.id"], name="fk_board_tiles_board_id_boards", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["query_id"],
            ["saved_queries.id"],
            name="fk_board_tiles_query_id_saved_queries",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_board_tiles_board_id_position", "board_tiles", ["board_id", "position"])
    op.create_index("ix_board_tiles_query_id", "board_tiles", ["query_id"])


def downgrade() -> None:
    """Remove them, those that point to others first."""
    for table in ("board_tiles", "boards", "query_runs", "editor_tabs", "saved_queries"):
        op.drop_table(table)


def _json() -> Any:
    """JSON as the engine keeps it best."""
    return sa.JSON().with_variant(JSONB(astext_type=sa.Text()), "postgresql")


def _changing() -> list[Any]:
    """The columns of what people change."""
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]
