"""Let editors undo an override: the row stays, with who undid it and when."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which are null for every override that was not undone."""
    op.add_column("override", sa.Column("undone_by", sa.Text()))
    op.add_column("override", sa.Column("undone_at", UTCDateTime()))
