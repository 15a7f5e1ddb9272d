"""Let several articles have had one address."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import bytewise, number

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_KEY = ["key", "article_id"]


def upgrade() -> None:
    """Make both columns the key; every row stays."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("article_alias_pkey", "article_alias")
        op.create_primary_key("article_alias_pkey", "article_alias", _KEY)
        return
    op.create_table(
        "article_alias_copy",
        sa.Column("key", bytewise(), nullable=False),
        sa.Column("article_id", number(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="article_alias_article_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*_KEY, name="article_alias_pkey"),
    )
    rows = sa.select(sa.table("article_alias", *map(sa.column, _KEY)))
    op.execute(sa.table("article_alias_copy", *map(sa.column, _KEY)).insert().from_select(_KEY, rows))
    op.drop_table("article_alias")
    op.rename_table("article_alias_copy", "article_alias")
    op.create_index("article_alias_article", "article_alias", ["article_id"])
