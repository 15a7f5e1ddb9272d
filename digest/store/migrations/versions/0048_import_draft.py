"""Keep lists that were uploaded in the console until somebody imports them."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import TextList, UTCDateTime, number

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "import_draft",
        sa.Column("id", number(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("import_draft_pkey")),
    )
    op.create_index("import_draft_created", "import_draft", ["created_at"])
