"""Add the first days of domains that send with daily limits."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import bytewise

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "ramp",
        sa.Column("domain", bytewise(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("ramp_pkey")),
    )
