"""Add what readers ask for about their own data."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, number

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "reader_request",
        sa.Column("id", number(), nullable=False),
        sa.Column("subscriber_id", number()),
        sa.Column("delivery_id", number(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime()),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("reader_request_subscriber_id_fkey")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("reader_request_delivery_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reader_request_pkey")),
    )
    op.create_index("reader_request_delivery", "reader_request", ["delivery_id"], unique=True)
    op.create_index("reader_request_subscriber", "reader_request", ["subscriber_id"])
