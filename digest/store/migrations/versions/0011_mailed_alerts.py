"""Store when the operator got mail about an alert."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, null: alerts that are open already are mailed once somebody is named."""
    op.add_column("alert", sa.Column("mailed_at", UTCDateTime()))
