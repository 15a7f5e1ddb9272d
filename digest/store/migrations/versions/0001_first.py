"""The first tables."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import SlotText, TextList, UTCDateTime, bytewise, number

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    _article()
    _editor_overrides()
    _issue()
    _signing_key()
    _source()
    _subscriber()
    _reading()
    _resend()
    _sighting()
    _variant()
    _delivery()
    _issue_article()


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", number(), nullable=False),
        sa.Column("key", bytewise(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("article_pkey")),
        sa.UniqueConstraint("key", name=op.f("article_key_key")),
    )
    op.create_index("article_moment", "article", ["published_at", "first_seen_at"], unique=False)


def _editor_overrides() -> None:
    op.create_table(
        "hand",
        sa.Column("id", number(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("slot", SlotText(), nullable=True),
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pin", "drop", "boost", "title", name="kind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("hand_pkey")),
    )
    op.create_index("hand_edition", "hand", ["edition", "slot"], unique=False)


def _issue() -> None:
    op.create_table(
        "issue",
        sa.Column("id", number(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("edition", "system", name="kind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("slot", SlotText(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "collecting",
                "held",
                "frozen",
                "sending",
                "done",
                "paused",
                "cancelled",
                "skipped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
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
        sa.UniqueConstraint("edition", "slot", name=op.f("issue_edition_slot_key")),
    )
    op.create_index("issue_state", "issue", ["state"], unique=False)


def _signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("signing_key_pkey")),
    )


def _source() -> None:
    op.create_table(
        "source",
        sa.Column("name", bytewise(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("visited_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("source_pkey")),
    )


def _subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", number(), nullable=False),
        sa.Column("email", bytewise(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("editions", TextList(), nullable=False),
        sa.Column("sections", TextList(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "confirmed",
                "unsubscribed",
                "suppressed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "left_by",
            sa.Enum("operator", "reader", name="left_by", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("left_by IS NULL OR status = 'unsubscribed'", name=op.f("subscriber_left_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pkey")),
        sa.UniqueConstraint("email", name=op.f("subscriber_email_key")),
        sqlite_autoincrement=True,
    )


def _reading() -> None:
    op.create_table(
        "reading",
        sa.Column("article_id", number(), nullable=False),
        sa.Column("source", bytewise(), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("reading_article_id_fkey")),
        sa.PrimaryKeyConstraint("article_id", "source", "taken_at", name=op.f("reading_pkey")),
    )


def _resend() -> None:
    op.create_table(
        "resend",
        sa.Column("id", number(), nullable=False),
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("resend_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("resend_pkey")),
    )


def _sighting() -> None:
    op.create_table(
        "sighting",
        sa.Column("article_id", number(), nullable=False),
        sa.Column("source", bytewise(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("articles", "discussion", name="role", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
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
    )
    op.create_index("sighting_role", "sighting", ["role", "published_at"], unique=False)
    op.create_index("sighting_visit", "sighting", ["source", "taken_at"], unique=False)


def _variant() -> None:
    op.create_table(
        "variant",
        sa.Column("id", number(), nullable=False),
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signing_key_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("variant_issue_id_fkey")),
        sa.ForeignKeyConstraint(["signing_key_id"], ["signing_key.id"], name=op.f("variant_signing_key_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("variant_pkey")),
        sa.UniqueConstraint("issue_id", "key", name=op.f("variant_issue_id_key_key")),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", number(), nullable=False),
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("variant_id", number(), nullable=False),
        sa.Column("subscriber_id", number(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "claimed",
                "sending",
                "sent",
                "deferred",
                "bounced",
                "unknown",
                "cancelled",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
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
        sa.UniqueConstraint("subscriber_id", "issue_id", name=op.f("delivery_subscriber_id_issue_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "delivery_claim",
        "delivery",
        ["issue_id", "state", "due_at", "id", "claim_expires"],
        unique=False,
        sqlite_where=sa.text("claim_expires IS NULL"),
        postgresql_where=sa.text("claim_expires IS NULL"),
    )
    op.create_index(
        "delivery_owner",
        "delivery",
        ["claim_token"],
        unique=False,
        sqlite_where=sa.text("claim_token IS NOT NULL"),
        postgresql_where=sa.text("claim_token IS NOT NULL"),
    )


def _issue_article() -> None:
    op.create_table(
        "issue_article",
        sa.Column("issue_id", number(), nullable=False),
        sa.Column("variant_id", number(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_article_issue_id_fkey")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("issue_article_variant_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "variant_id", "position", name=op.f("issue_article_pkey")),
    )
