"""Releases that people have added, with what they have to achieve."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    kept = sa.JSON().with_variant(JSONB(astext_type=sa.Text()), "postgresql")
    op.create_table(
        "planned_releases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("rollout", sa.Text(), nullable=False),
        sa.Column("features", kept, nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("criteria", kept, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_planned_releases"),
    )
    op.create_index("ix_planned_releases_release", "planned_releases", ["release"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("planned_releases")
