"""Add why readers unsubscribed."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "leave_reason",
        sa.Column("subscriber_id", number(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("leave_reason_subscriber_id_fkey")),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("leave_reason_pkey")),
    )
