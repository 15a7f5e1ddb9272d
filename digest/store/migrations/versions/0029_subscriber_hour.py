"""Find the hours that readers chose by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    chosen = sa.text("hour IS NOT NULL")
    op.create_index(
        op.f("subscriber_hour"), "subscriber", ["hour", "timezone"], sqlite_where=chosen, postgresql_where=chosen
    )
