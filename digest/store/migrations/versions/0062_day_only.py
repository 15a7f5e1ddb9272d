"""Keep of which articles a source states only the day of publication."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; articles from before keep the hour that was taken for theirs."""
    op.add_column("sighting", sa.Column("day_only", sa.Boolean(), nullable=False, server_default=sa.false()))
