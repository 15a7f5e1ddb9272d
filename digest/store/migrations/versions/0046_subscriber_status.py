"""Find and count readers who are not confirmed without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_NOT_CONFIRMED = sa.text("status <> 'confirmed'")


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "subscriber_status",
        "subscriber",
        ["status", "changed_at"],
        sqlite_where=_NOT_CONFIRMED,
        postgresql_where=_NOT_CONFIRMED,
    )
