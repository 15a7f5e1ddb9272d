"""Store which messages a resend was about, because only resends of unknown ones accept that somebody gets two."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, which is null for earlier resends and for every consent."""
    op.add_column("resend", sa.Column("state", sa.String(16)))
