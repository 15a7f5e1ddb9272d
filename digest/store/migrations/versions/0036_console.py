"""Add the users of the console, their sessions, and the audit log."""

import sqlalchemy as sa
from alembic import op

from digest.store.engine.column_types import UTCDateTime, bytewise, number

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "console_user",
        sa.Column("id", number(), nullable=False),
        sa.Column("email", bytewise(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime()),
        sa.Column("signed_in_at", UTCDateTime()),
        sa.Column("language", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("link_hash", sa.LargeBinary()),
        sa.Column("link_ends_at", UTCDateTime()),
        sa.Column("second_factor", sa.LargeBinary()),
        sa.Column("second_factor_at", UTCDateTime()),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("console_user_pkey")),
        sa.UniqueConstraint("email", name=op.f("console_user_email_key")),
        sa.UniqueConstraint("link_hash", name=op.f("console_user_link_hash_key")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", number(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["console_user.id"], name=op.f("recovery_code_user_id_fkey")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("recovery_code_pkey")),
    )
    op.create_index("recovery_code_user", "recovery_code", ["user_id"])
    op.create_table(
        "console_session",
        sa.Column("id", number(), nullable=False),
        sa.Column("user_id", number(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["console_user.id"], name=op.f("console_session_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("console_session_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("console_session_token_hash_key")),
    )
    op.create_index("console_session_user", "console_session", ["user_id"])
    op.create_table(
        "audit_entry",
        sa.Column("id", number(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("reader_id", number()),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["subscriber.id"], name=op.f("audit_entry_reader_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entry_pkey")),
    )
    op.create_index("audit_entry_reader", "audit_entry", ["reader_id"])
