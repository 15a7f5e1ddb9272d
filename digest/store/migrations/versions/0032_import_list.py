"""Keep the list of an import in a row of its own."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import number

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the lists."""
    op.create_table(
        "import_list",
        sa.Column("job_id", number(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("import_list_job_id_fkey")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("import_list_pkey")),
    )
    op.execute("INSERT INTO import_list SELECT id, content FROM import_job WHERE content IS NOT NULL")
    op.drop_column("import_job", "content")
