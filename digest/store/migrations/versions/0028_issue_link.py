"""Add the links of issues whose messages have redirects."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import number

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "issue_link",
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_link_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "number", name=op.f("issue_link_pkey")),
    )
