"""Count the readers who had articles of an issue before."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("issue", sa.Column("had_all", sa.Integer()))
    op.add_column("issue", sa.Column("repeated", sa.Integer()))
