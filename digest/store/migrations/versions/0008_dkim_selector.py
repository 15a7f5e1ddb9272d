"""Store with each variant the selector of the key that signs its messages; those frozen earlier stay unsigned."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, null: a message that is tried again stays as it was."""
    op.add_column("variant", sa.Column("dkim_selector", sa.Text()))
