"""Add all articles that an issue could choose from."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import number

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "day_article",
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("section", sa.Text()),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("day_article_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "position", name=op.f("day_article_pkey")),
    )
