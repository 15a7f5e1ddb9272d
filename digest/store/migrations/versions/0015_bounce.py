"""Add what came back about deliveries."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise, number

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "bounce",
        sa.Column("id", number(), nullable=False),
        sa.Column("message_key", bytewise(), nullable=False),
        sa.Column("address", bytewise(), nullable=False),
        sa.Column("delivery_id", number(), nullable=False),
        sa.Column("subscriber_id", number()),
        sa.Column("report_class", sa.String(16), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("bounce_delivery_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("bounce_subscriber_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bounce_pkey")),
        sa.UniqueConstraint("message_key", "address", name=op.f("bounce_message_key_address_key")),
    )
    op.create_index("bounce_subscriber", "bounce", ["subscriber_id", "at"])
    op.create_index("bounce_delivery", "bounce", ["delivery_id"])
