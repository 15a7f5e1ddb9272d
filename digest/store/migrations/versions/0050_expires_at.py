"""Give messages a deadline of their own: a reader who chose a late hour no longer puts off that of all others."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_WAITS_WITH_DEADLINE = sa.text("expires_at IS NOT NULL AND state IN ('planned', 'deferred')")


def upgrade() -> None:
    """Add the column and its index; messages that are planned already expire at the deadline of their issue."""
    op.add_column("delivery", sa.Column("expires_at", UTCDateTime()))
    op.create_index(
        "delivery_expires",
        "delivery",
        ["expires_at"],
        sqlite_where=_WAITS_WITH_DEADLINE,
        postgresql_where=_WAITS_WITH_DEADLINE,
    )
