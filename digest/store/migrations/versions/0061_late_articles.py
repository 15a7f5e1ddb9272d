"""Keep when the sources of an issue were asked, and when each source was visited first."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty: of issues and sources from before it is not known."""
    op.add_column("issue", sa.Column("made_at", UTCDateTime()))
    op.add_column("source", sa.Column("first_visited_at", UTCDateTime()))
