"""The tables of what is public after an issue was sent, and of what is measured."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from digest.store.engine.column_types import UTCDateTime, bytewise, number
from digest.store.tables.schema import metadata

# Articles that were retracted after they were published. They are kept when undone or replaced by another retraction.
retraction = Table(
    "retraction",
    metadata,
    Column("id", number(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("replacement", Text),  # where links to it lead now
    Column("by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", UTCDateTime),
)

# What the archive shows of a variant that has retracted articles; html is null where nothing is left.
archive_copy = Table(
    "archive_copy",
    metadata,
    Column("variant_id", number(), ForeignKey("variant.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text),
    Column("text", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

# What is searched of an issue that the archive may show: its subject and its text, folded.
archive_text = Table(
    "archive_text",
    metadata,
    Column("variant_id", number(), ForeignKey("variant.id"), primary_key=True),
    Column("folded", Text, nullable=False),
)

# Messages to those who have an issue, which correct it: an issue of its own, whose slot has the next number of the day.
correction = Table(
    "correction",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("corrected_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("correction_corrected", "corrected_id"),
)

# The links of an issue whose messages have redirects.
issue_link = Table(
    "issue_link",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("clicks", Integer, nullable=False),
    Column("machine_clicks", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("issue_id", "number"),
)

# All articles that an issue could choose from, those in it first: "all of today" on its page.
day_article = Table(
    "day_article",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("section", Text),
    PrimaryKeyConstraint("issue_id", "position"),
)

# How often each source failed since its last answer; a source that answers has no row.
source_failure = Table(
    "source_failure",
    metadata,
    Column("source", bytewise(), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UTCDateTime, nullable=False),
    Column("error", Text),  # of the last failure
)

# Pictures of articles that the web pages serve; one that could not be fetched has no file.
picture = Table(
    "picture",
    metadata,
    Column("url", bytewise(), nullable=False),
    Column("width", Integer, nullable=False),
    Column("file", Text),
    Column("media_type", Text),
    Column("content", LargeBinary),
    Column("at", UTCDateTime, nullable=False),
    Column("own_width", Integer),  # of the stored picture, which may be narrower than `width`
    Column("own_height", Integer),
    Column("used_at", UTCDateTime),  # when the first issue with it was frozen; null: none was
    PrimaryKeyConstraint("url", "width"),
    Index("picture_file", "file"),
)
