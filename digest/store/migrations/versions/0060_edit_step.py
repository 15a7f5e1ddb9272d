"""Add which editorial changes were made in one step, so that they are undone together."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import number

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: rows of one author and moment are one step in what is stored."""
    op.add_column("override", sa.Column("step", number()))
