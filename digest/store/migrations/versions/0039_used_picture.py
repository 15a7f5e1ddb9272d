"""Store when an issue with a picture was frozen; all that are stored count as used."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("picture", sa.Column("used_at", UTCDateTime()))
    op.execute("UPDATE picture SET used_at = at WHERE file IS NOT NULL")
