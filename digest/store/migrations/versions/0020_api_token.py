"""Add the tokens of the API, and the reasons for the articles of an issue."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import TextList, UTCDateTime, bytewise, number

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "api_token",
        sa.Column("id", number(), nullable=False),
        sa.Column("name", bytewise(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", TextList(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("api_token_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_token_token_hash_key")),
    )
    valid = sa.text("revoked_at IS NULL")
    op.create_index("api_token_name", "api_token", ["name"], unique=True, sqlite_where=valid, postgresql_where=valid)
    op.create_table(
        "issue_ranking",
        sa.Column("issue_id", number(), autoincrement=False, nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_ranking_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("issue_ranking_pkey")),
    )
