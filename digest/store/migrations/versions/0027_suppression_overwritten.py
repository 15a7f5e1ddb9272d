"""Add when the database's files were rewritten after an address was erased."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is null also for addresses that were overwritten, which does no harm."""
    op.add_column("suppression", sa.Column("overwritten_at", UTCDateTime()))
