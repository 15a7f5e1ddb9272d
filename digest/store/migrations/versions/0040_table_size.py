"""Add how large the tables are."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "table_size",
        sa.Column("name", bytewise(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger()),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("table_size_pkey")),
    )
