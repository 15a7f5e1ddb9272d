"""Add the ranking that each person saw last: `digest edit` takes the numbers of its articles."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import SlotText, TextList, bytewise

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "shown_ranking",
        sa.Column("edition", bytewise(), nullable=False),
        sa.Column("by", bytewise(), nullable=False),
        sa.Column("slot", SlotText(), nullable=False),
        sa.Column("urls", TextList(), nullable=False),
        sa.Column("titles", TextList(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "by", name=op.f("shown_ranking_pkey")),
    )
