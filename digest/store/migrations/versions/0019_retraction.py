"""Add retracted articles, and what the archive shows of the issues that have them."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "retraction",
        sa.Column("id", number(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_by", sa.Text()),
        sa.Column("undone_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("retraction_pkey")),
    )
    op.create_table(
        "archive_copy",
        sa.Column("variant_id", number(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("archive_copy_variant_id_fkey")),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("archive_copy_pkey")),
    )
