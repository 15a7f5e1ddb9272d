"""Add when a reader chose their editions on their page."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("subscriber", sa.Column("editions_chosen_at", UTCDateTime()))
