"""Add what persons decided about issues."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import SlotText, UTCDateTime, number

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "decision",
        sa.Column("id", number(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("slot", SlotText(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("anomalies", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("decision_pkey")),
    )
    op.create_index("decision_edition", "decision", ["edition", "slot"])
