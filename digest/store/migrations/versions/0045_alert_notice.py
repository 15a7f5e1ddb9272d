"""Add when the chat and push services were notified of alerts."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise, number

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table: services that are configured later are notified of alerts that are open then."""
    op.create_table(
        "alert_notice",
        sa.Column("alert_id", number(), nullable=False),
        sa.Column("target", bytewise(), nullable=False),
        sa.Column("tried_at", UTCDateTime()),
        sa.Column("notified_at", UTCDateTime()),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("alert_notice_alert_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "target", name=op.f("alert_notice_pkey")),
    )
