"""Let an issue have a variant for each set of topics."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty, and the index that finds the chosen topics."""
    op.add_column("issue", sa.Column("without_articles", sa.Integer()))
    op.add_column("issue", sa.Column("over_limit", sa.Integer()))
    op.add_column("variant", sa.Column("packed", sa.LargeBinary()))
    chosen = sa.text("sections <> '[]'")
    op.create_index(op.f("subscriber_topics"), "subscriber", ["sections"], sqlite_where=chosen, postgresql_where=chosen)
