"""Add the hour of delivery and the end of a pause to the preferences of readers."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("subscriber", sa.Column("hour", sa.Integer()))
    op.add_column("subscriber", sa.Column("paused_until", sa.Date()))
