"""Count clicks of programs apart from those of people."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier clicks of programs stay among those of people."""
    op.add_column("issue_link", sa.Column("machine_clicks", sa.Integer(), server_default="0", nullable=False))
