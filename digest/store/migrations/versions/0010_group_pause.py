"""Add the pauses of receiver groups, the refusals that lead to them, and alerts."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise, number

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "group_pause",
        sa.Column("receiver_group", bytewise(), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("trial_at", UTCDateTime()),
        sa.Column("cleared_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("receiver_group", name=op.f("group_pause_pkey")),
    )
    op.create_table(
        "refusal",
        sa.Column("delivery_id", number(), nullable=False),
        sa.Column("domain", bytewise(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("refusal_delivery_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("refusal_pkey")),
    )
    op.create_table(
        "alert",
        sa.Column("id", number(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("cleared_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("alert_pkey")),
    )
    op.create_index("alert_open", "alert", ["kind", "subject", "cleared_at"])
