"""Add imports that run in the background."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import TextList, UTCDateTime, number

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "import_job",
        sa.Column("id", number(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim_token", sa.Text()),
        sa.Column("claimed_until", UTCDateTime()),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("import_job_pkey")),
    )
    op.create_index("import_job_state", "import_job", ["state"])
