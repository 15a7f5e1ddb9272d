"""Rename `hand` to `override`, and let new kinds, states and recipients come without another copy of the tables.

No CHECK lists words any more, the issue state `collecting` (which nothing used) is gone, the unique constraints of
issues and deliveries are indexes, and columns that system mail has no value for may be null.

SQLite changes none of this in place: each table is copied, as https://sqlite.org/lang_altertable.html#otheralter says.
Whoever runs this must have foreign keys off on SQLite, or it refuses to drop a table that others refer to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from digest.store.engine.column_types import SlotText, TextList, UTCDateTime, bytewise, number

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHECKS = (
    ("issue", "kind"),
    ("issue", "state"),
    ("delivery", "state"),
    ("subscriber", "status"),
    ("subscriber", "left_by"),
    ("sighting", "role"),
    ("hand", "kind"),
)
_NULLABLE = (("issue", "edition"), ("issue", "slot"), ("delivery", "subscriber_id"), ("override", "article_key"))
_COUNTED = ("subscriber", "delivery")  # tables whose ids are never used again


def upgrade() -> None:
    """Change the tables in place on PostgreSQL, and copy them on SQLite."""
    op.execute("UPDATE issue SET state = 'planned' WHERE state = 'collecting'")
    if op.get_bind().dialect.name == "sqlite":
        _copy_tables()
    else:
        _alter_tables()
    op.create_index("issue_slot", "issue", ["edition", "slot"], unique=True)
    op.create_index("delivery_subscriber", "delivery", ["subscriber_id", "issue_id"], unique=True)


def _alter_tables() -> None:
    for table, column in _CHECKS:
        op.drop_constraint(op.f(f"{table}_{column}_check"), table)
    op.drop_constraint("issue_edition_slot_key", "issue")
    op.drop_constraint("delivery_subscriber_id_issue_id_key", "delivery")
    op.rename_table("hand", "override")
    op.execute("ALTER SEQUENCE hand_id_seq RENAME TO override_id_seq")
    op.execute("ALTER INDEX hand_pkey RENAME TO override_pkey")
    op.execute("ALTER INDEX hand_edition RENAME TO override_edition")
    for table, column in _NULLABLE:
        op.alter_column(table, column, nullable=True)


def _copy_tables() -> None:
    _copy("hand", "override", _override())
    _copy("issue", "issue", _issue())
    _copy("subscriber", "subscriber", _subscriber())
    _copy("sighting", "sighting", _sighting())
    _copy("delivery", "delivery", _delivery())
    op.create_index("override_edition", "override", ["edition", "slot"])
    op.create_index("issue_state", "issue", ["state"])
    op.create_index("sighting_role", "sighting", ["role", "published_at"])
    op.create_index("sighting_visit", "sighting", ["source", "taken_at"])
    at_rest = sa.text("claim_expires IS NULL")
    columns = ["issue_id", "state", "due_at", "id", "claim_expires"]
    op.create_index("delivery_claim", "delivery", columns, sqlite_where=at_rest)
    claimed = sa.text("claim_token IS NOT NULL")
    op.create_index("delivery_owner", "delivery", ["claim_token"], sqlite_where=claimed)


def _copy(old: str, new: str, items: Sequence[SchemaItem]) -> None:
    """Replace the table `old` by one of these columns and constraints with the same rows."""
    copy = f"{new}_copy"
    op.create_table(copy, *items, sqlite_autoincrement=old in _COUNTED)
    if old in _COUNTED:  # the counter may be ahead of the rows; it is renamed with its table
        counter = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        of_old = sa.select(sa.literal(copy), counter.c.seq).where(counter.c.name == old)
        op.execute(counter.insert().from_select(["name", "seq"], of_old))
    names = [item.name for item in items if isinstance(item, sa.Column)]
    rows = sa.select(sa.table(old, *map(sa.column, names)))
    op.execute(sa.table(copy, *map(sa.column, names)).insert().from_select(names, rows))
    op.drop_table(old)
    op.rename_table(copy, new)


def _override() -> Sequence[SchemaItem]:
    return [
        sa.Column("id", number(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("slot", SlotText(), nullable=True),
        sa.Column("article_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("override_pkey")),
    ]


def _issue() -> Sequence[SchemaItem]:
    return [
        sa.Column("id", number(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("edition", sa.Text(), nullable=True),
        sa.Column("slot", SlotText(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("window_start", UTCDateTime(), nullable=False),
        sa.Column("window_end", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("frozen_at", UTCDateTime(), nullable=True),
        sa.Column("deadline", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('frozen', 'sending', 'done', 'paused') OR frozen_at IS NOT NULL",
            name=op.f("issue_frozen_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("issue_pkey")),
    ]


def _subscriber() -> Sequence[SchemaItem]:
    return [
        sa.Column("id", number(), nullable=False),
        sa.Column("email", bytewise(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("sections", TextList(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("left_by", sa.String(16), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("left_by IS NULL OR status = 'unsubscribed'", name=op.f("subscriber_left_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pkey")),
        sa.UniqueConstraint("email", name=op.f("subscriber_email_key")),
    ]


def _sighting() -> Sequence[SchemaItem]:
    return [
        sa.Column("article_id", number(), nullable=False),
        sa.Column("source", bytewise(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("image_credit", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=True),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("sighting_article_id_fkey")),
        sa.PrimaryKeyConstraint("article_id", "source", name=op.f("sighting_pkey")),
    ]


def _delivery() -> Sequence[SchemaItem]:
    return [
        sa.Column("id", number(), nullable=False),
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("variant_id", number(), nullable=False),
        sa.Column("subscriber_id", number(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("claim_token", bytewise(), nullable=True),
        sa.Column("claim_expires", UTCDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("enhanced_code", sa.Text(), nullable=True),
        sa.Column("smtp_text", sa.Text(), nullable=True),
        sa.Column("remote_queue_id", sa.Text(), nullable=True),
        sa.Column("first_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("last_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("bounced_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('claimed', 'sending')) = (claim_expires IS NOT NULL)", name=op.f("delivery_lease_check")
        ),
        sa.CheckConstraint("state <> 'deferred' OR next_try_at IS NOT NULL", name=op.f("delivery_next_try_check")),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'sending', 'unknown') OR claim_token IS NOT NULL",
            name=op.f("delivery_token_check"),
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("delivery_issue_id_fkey")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("delivery_subscriber_id_fkey")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("delivery_variant_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_pkey")),
    ]
