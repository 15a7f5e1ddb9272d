"""The tables of the readers' pages: sign-ups, requests about a reader's data, erased addresses, limits."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from digest.model.web import LeaveReason, RequestKind
from digest.store.engine.column_types import TextList, UTCDateTime, bytewise, number, one_of
from digest.store.tables.schema import metadata

signup = Table(
    "signup",
    metadata,
    Column("id", number(), primary_key=True),
    Column("subscriber_id", number(), ForeignKey("subscriber.id"), nullable=False),
    Column("delivery_id", number(), ForeignKey("delivery.id"), nullable=False),  # the message that asks
    Column("asked_at", UTCDateTime, nullable=False),
    Column("confirmed_at", UTCDateTime),
    Column("refused_at", UTCDateTime),
    Column("editions", TextList, nullable=False),
    Column("language", Text, nullable=False),
    Column("consents", TextList, nullable=False),  # the texts that the reader agreed to, as they were shown
    Column("network", Text, nullable=False),  # a keyed hash
    Column("origin", Text, nullable=False),
    Column("consented_at", UTCDateTime),  # on the portal's own form, as it says
    Index("signup_delivery", "delivery_id", unique=True),
    Index("signup_subscriber", "subscriber_id"),
)
SIGNUP_RECORD = tuple(
    signup.c[name]
    for name in (
        *("asked_at", "confirmed_at", "refused_at", "editions", "language", "consents", "consented_at"),
        *("network", "origin"),
    )
)
"""The columns that a `SignupRecord` has beside the address."""

# Messages about a reader's own data: their copy, erasing it, another address. The request of an erased reader stays,
# without the reader, until the files of the database are rewritten.
reader_request = Table(
    "reader_request",
    metadata,
    Column("id", number(), primary_key=True),
    Column("subscriber_id", number(), ForeignKey("subscriber.id")),
    Column("delivery_id", number(), ForeignKey("delivery.id"), nullable=False),
    Column("kind", one_of(RequestKind), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("done_at", UTCDateTime),
    Index("reader_request_delivery", "delivery_id", unique=True),
    Index("reader_request_subscriber", "subscriber_id"),
)

# The addresses that readers had before; the ledger may still contain them.
former_address = Table(
    "former_address",
    metadata,
    Column("subscriber_id", number(), ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
    Column("email_key", bytewise(), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "email_key"),
    Index("former_address_key", "email_key"),
)

# How readers agreed who were added by hand: on paper, by phone.
consent_note = Table(
    "consent_note",
    metadata,
    Column("id", number(), primary_key=True),
    Column("subscriber_id", number(), ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("consent_note_subscriber", "subscriber_id"),
)

# Why readers unsubscribed, of those who said so.
leave_reason = Table(
    "leave_reason",
    metadata,
    Column("subscriber_id", number(), ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("reason", one_of(LeaveReason), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

# The addresses that were erased, as keyed hashes.
suppression = Table(
    "suppression",
    metadata,
    Column("address_hash", LargeBinary, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("overwritten_at", UTCDateTime),  # null: the files of the database may still contain the address
)

rate_count = Table(
    "rate_count",
    metadata,
    Column("key", bytewise(), primary_key=True),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("events", Integer, nullable=False),
    Index("rate_count_end", "ends_at"),
)
