"""Add how often each source failed since its last answer."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "source_failure",
        sa.Column("source", bytewise(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("source_failure_pkey")),
    )
