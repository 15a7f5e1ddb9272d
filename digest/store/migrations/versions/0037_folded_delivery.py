"""Add what the retention leaves of deliveries."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import number

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "folded_delivery",
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("folded_delivery_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "state", name=op.f("folded_delivery_pkey")),
    )
    op.create_table(
        "folded_reader",
        sa.Column("first_id", number(), autoincrement=False, nullable=False),
        sa.Column("last_id", number(), nullable=False),
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("readers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("folded_reader_issue_id_fkey")),
        sa.PrimaryKeyConstraint("first_id", name=op.f("folded_reader_pkey")),
    )
    op.create_index("folded_reader_last", "folded_reader", ["last_id", "first_id"])
