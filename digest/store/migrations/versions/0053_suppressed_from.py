"""Keep whether readers had confirmed before they were suppressed."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of readers who are suppressed already it is not known."""
    op.add_column("subscriber", sa.Column("suppressed_from", sa.String(16)))
