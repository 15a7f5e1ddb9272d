"""Add sign-ups with the readers' consents, and the counters that limit requests of the web pages."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import TextList, UTCDateTime, bytewise, number

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "signup",
        sa.Column("id", number(), nullable=False),
        sa.Column("subscriber_id", number(), nullable=False),
        sa.Column("delivery_id", number(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime()),
        sa.Column("refused_at", UTCDateTime()),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("consents", TextList(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("signup_subscriber_id_fkey")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("signup_delivery_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("signup_pkey")),
    )
    op.create_index("signup_delivery", "signup", ["delivery_id"], unique=True)
    op.create_index("signup_subscriber", "signup", ["subscriber_id"])
    op.create_table(
        "rate_count",
        sa.Column("key", bytewise(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("rate_count_pkey")),
    )
    op.create_index("rate_count_end", "rate_count", ["ends_at"])
