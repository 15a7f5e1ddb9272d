"""The tables of alerts."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from digest.model.receivers import AlertKind
from digest.store.engine.column_types import UTCDateTime, bytewise, number, one_of
from digest.store.tables.schema import metadata

alert = Table(
    "alert",
    metadata,
    Column("id", number(), primary_key=True),
    Column("kind", one_of(AlertKind), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("first_seen", UTCDateTime, nullable=False),
    Column("last_seen", UTCDateTime, nullable=False),
    Column("cleared_at", UTCDateTime),
    Column("mailed_at", UTCDateTime),
    Index("alert_open", "kind", "subject", "cleared_at"),
)

# When a chat or push service was notified of an alert; no row or null: not yet, or of its end.
alert_notice = Table(
    "alert_notice",
    metadata,
    Column("alert_id", number(), ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True),
    Column("target", bytewise(), primary_key=True),  # a keyed hash of its URL
    Column("tried_at", UTCDateTime),  # null once it was notified
    Column("notified_at", UTCDateTime),
)
