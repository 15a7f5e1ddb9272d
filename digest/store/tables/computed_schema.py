"""The tables of what is costly to compute, and is kept for as long as it is used."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from digest.store.engine.column_types import UTCDateTime
from digest.store.tables.schema import metadata

summary = Table(
    "summary",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # a hash of the command and what it got
    Column("text", Text),  # null: it failed
    Column("made_at", UTCDateTime, nullable=False),
    Index("summary_made", "made_at"),
)

title_vector = Table(
    "title_vector",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # a hash of the title and the encoder
    Column("vector", LargeBinary, nullable=False),
    Column("used_at", UTCDateTime, nullable=False),
    Index("title_vector_used", "used_at"),
)
