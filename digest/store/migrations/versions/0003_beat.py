"""Add the beats of processes: since when `digest run` has known each edition, and when it was last seen.

`digest run` publishes no slot from before its first beat. An edition that has issues already counts as known since the
first of them, so that an update does not make a running installation skip the slot of that hour.
"""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, with a beat of `digest run` for each edition that has issues."""
    op.create_table(
        "beat",
        sa.Column("process", bytewise(), nullable=False),
        sa.Column("edition", bytewise(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("process", "edition", name=op.f("beat_pkey")),
    )
    op.execute(
        "INSERT INTO beat (process, edition, first_seen, last_seen) "
        "SELECT 'run', edition, min(updated_at), max(updated_at) FROM issue WHERE edition IS NOT NULL GROUP BY edition"
    )
