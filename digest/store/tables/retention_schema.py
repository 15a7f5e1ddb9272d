"""The tables of what the retention leaves of deleted rows."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table

from digest.model.deliveries import DeliveryState
from digest.store.engine.column_types import UTCDateTime, bytewise, number, one_of
from digest.store.tables.schema import metadata

# How many deliveries of an issue that was done were in each state when they were deleted.
folded_delivery = Table(
    "folded_delivery",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("state", one_of(DeliveryState), nullable=False),
    Column("messages", Integer, nullable=False),
    PrimaryKeyConstraint("issue_id", "state"),
)

# Whose they were, for links in messages: the readers of deliveries with ids from `first_id` to `last_id`, packed.
folded_reader = Table(
    "folded_reader",
    metadata,
    Column("first_id", number(), primary_key=True, autoincrement=False),
    Column("last_id", number(), nullable=False),
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("readers", LargeBinary, nullable=False),
    Index("folded_reader_last", "last_id", "first_id"),
)

# What the tables of a large SQLite file held when they were counted last.
table_size = Table(
    "table_size",
    metadata,
    Column("name", bytewise(), primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger),
    Column("at", UTCDateTime, nullable=False),
)
