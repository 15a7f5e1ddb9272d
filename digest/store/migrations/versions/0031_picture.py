"""Add pictures that the web pages serve."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "picture",
        sa.Column("url", bytewise(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text()),
        sa.Column("media_type", sa.Text()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("url", "width", name=op.f("picture_pkey")),
    )
    op.create_index("picture_file", "picture", ["file"])
