"""Keep whether the readers of an import are asked to confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; lists that wait are imported as they would have been."""
    for table in ("import_job", "import_draft"):
        op.add_column(table, sa.Column("confirm", sa.Boolean(), nullable=False, server_default=sa.false()))
