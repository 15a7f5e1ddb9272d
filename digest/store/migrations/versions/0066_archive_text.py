"""Keep the texts of the archive as they are searched."""

import sqlalchemy as sa
from alembic import op

from digest.model.search_text import folded_issue
from digest.store.engine.column_types import number

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_ISSUES_AT_ONCE = 200  # some megabytes of texts


def upgrade() -> None:
    """Add the table, and fold what the archive shows of the issues of editions."""
    op.create_table(
        "archive_text",
        sa.Column("variant_id", number(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("archive_text_variant_id_fkey")),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("archive_text_pkey")),
    )
    connection, last = op.get_bind(), 0
    issue = sa.table("issue", *map(sa.column, ("id", "kind")))
    variant = sa.table("variant", *map(sa.column, ("id", "issue_id", "key", "subject", "text")))
    copy = sa.table("archive_copy", *map(sa.column, ("variant_id", "subject", "text")))
    shown = (
        sa.select(
            variant.c.id,
            sa.func.coalesce(copy.c.subject, variant.c.subject).label("subject"),
            sa.func.coalesce(copy.c.text, variant.c.text).label("text"),
        )
        .join_from(variant, issue, issue.c.id == variant.c.issue_id)
        .outerjoin(copy, copy.c.variant_id == variant.c.id)
        .where(issue.c.kind == "edition", variant.c.key == "default")
        .order_by(variant.c.id)
        .limit(_ISSUES_AT_ONCE)
    )
    added = sa.table("archive_text", *map(sa.column, ("variant_id", "folded"))).insert()
    while rows := connection.execute(shown.where(variant.c.id > last)).all():
        texts = [{"variant_id": row.id, "folded": folded_issue(row.subject, row.text)} for row in rows]
        connection.execute(added, texts)
        last = rows[-1].id
