"""Give no uploaded list the number of an earlier one: a page that shows the earlier one would import the other."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import TextList, UTCDateTime, number

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rebuild the table on SQLite, without the lists of the last day; PostgreSQL never gives a number again."""
    if op.get_context().dialect.name != "sqlite":
        return
    op.execute("PRAGMA secure_delete = ON")  # the lists hold addresses
    op.drop_table("import_draft")
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
        sqlite_autoincrement=True,
    )
    op.create_index("import_draft_created", "import_draft", ["created_at"])
