"""Add why a source failed last."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is empty until the source fails again."""
    op.add_column("source_failure", sa.Column("error", sa.Text()))
