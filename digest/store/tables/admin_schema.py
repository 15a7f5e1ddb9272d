"""The tables of the console: its users, their sessions, and the log of what they did."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from digest.model.users import UserRole
from digest.store.engine.column_types import UTCDateTime, bytewise, number, one_of
from digest.store.tables.schema import metadata

console_user = Table(
    "console_user",
    metadata,
    Column("id", number(), primary_key=True),
    Column("email", bytewise(), nullable=False, unique=True),  # in lower case
    Column("role", one_of(UserRole), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("disabled_at", UTCDateTime),
    Column("signed_in_at", UTCDateTime),
    Column("language", Text),
    Column("password_hash", Text),  # argon2id
    Column("link_hash", LargeBinary, unique=True),  # of the link that sets a password
    Column("link_ends_at", UTCDateTime),
    Column("second_factor", LargeBinary),  # the key is made of this and the secret of the installation
    Column("second_factor_at", UTCDateTime),  # null: the user has not proved yet that they have it
    Column("last_step", Integer, nullable=False),  # of the second factor: no code is accepted twice
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("user_id", number(), ForeignKey("console_user.id"), nullable=False),
    Index("recovery_code_user", "user_id"),
)

console_session = Table(
    "console_session",
    metadata,
    Column("id", number(), primary_key=True),
    Column("user_id", number(), ForeignKey("console_user.id"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("network", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Index("console_session_user", "user_id"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", number(), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    # Never the address, which erasing must remove.
    Column("reader_id", number(), ForeignKey("subscriber.id", ondelete="SET NULL")),
    Index("audit_entry_reader", "reader_id"),
)
