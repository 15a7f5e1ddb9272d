"""Let issues be system mail: with a purpose and a language in place of an edition, and a moment for each message."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which are null for the issues of editions, and the index that keeps each day's mail in one."""
    for name in ("purpose", "language", "on_unknown"):
        op.add_column("issue", sa.Column(name, sa.Text()))
    op.add_column("delivery", sa.Column("planned_at", UTCDateTime()))
    op.create_index("issue_system", "issue", ["purpose", "language", "slot"], unique=True)
