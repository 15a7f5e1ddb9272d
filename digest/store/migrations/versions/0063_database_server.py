"""Add the table of the PostgreSQL server that holds the database."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty: the next sender stores its server."""
    op.create_table(
        "database_server",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_copied", sa.Boolean(), nullable=False),
    )
