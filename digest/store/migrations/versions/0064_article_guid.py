"""Keep the guids of articles, and the earlier addresses of those that have moved."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import bytewise, number

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: each source's next whole answer fills it. Until now no article has moved."""
    op.add_column("sighting", sa.Column("guid", bytewise()))
    op.create_index("sighting_guid", "sighting", ["source", "guid"])
    op.create_table(
        "article_alias",
        sa.Column("key", bytewise(), nullable=False),
        sa.Column("article_id", number(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="article_alias_article_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="article_alias_pkey"),
    )
    op.create_index("article_alias_article", "article_alias", ["article_id"])
