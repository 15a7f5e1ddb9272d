"""Add the summaries that the operator's command made."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "summary",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("summary_pkey")),
    )
    op.create_index("summary_made", "summary", ["made_at"])
