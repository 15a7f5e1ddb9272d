"""Add corrections of issues that were sent."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "correction",
        sa.Column("issue_id", number(), autoincrement=False, nullable=False),
        sa.Column("corrected_id", number(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["corrected_id"], ["issue.id"], name=op.f("correction_corrected_id_fkey")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("correction_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("correction_pkey")),
    )
    op.create_index("correction_corrected", "correction", ["corrected_id"])
