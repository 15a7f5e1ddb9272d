"""The tables of the store."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from digest.model.articles import Role
from digest.model.bounces import ReportClass
from digest.model.decisions import DecisionKind
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState, Kind
from digest.model.overrides import OverrideKind
from digest.model.receivers import PauseCause
from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.parsing.addresses import email_key
from digest.store.engine.column_types import SlotText, TextList, UTCDateTime, bytewise, number, one_of


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert with `ON CONFLICT` in the connection's dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Store the row with that key, in place of an earlier one."""
    added = insert(connection, table).values(**key, **values)
    connection.execute(added.on_conflict_do_update(index_elements=list(key), set_=values))


def has_address(email: str) -> ColumnElement[bool]:
    """Whether a subscriber has this address, in whatever case."""
    return subscriber.c.email_key == email_key(email)


def partial_index(name: str, *columns: str | TextClause, where: TextClause, unique: bool = False) -> Index:
    """An index of some of the rows."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


NOT_CONFIRMED = text("status <> 'confirmed'")  # written in a query as here, or SQLite does not use the index

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

article = Table(
    "article",
    metadata,
    Column("id", number(), primary_key=True),
    Column("key", bytewise(), nullable=False, unique=True),
    Column("first_seen_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    Index("article_moment", "published_at", "first_seen_at"),
)

article_alias = Table(
    "article_alias",
    metadata,
    Column("key", bytewise(), nullable=False),  # of another address of the article, usually an earlier one
    Column("article_id", number(), ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("key", "article_id"),  # an address may be given to one article after the other
    Index("article_alias_article", "article_id"),
)

sighting = Table(
    "sighting",
    metadata,
    Column("article_id", number(), ForeignKey("article.id"), nullable=False),
    Column("source", bytewise(), nullable=False),
    Column("role", one_of(Role), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("image_url", Text),
    Column("image_credit", Text),
    Column("section", Text),
    Column("author", Text),
    Column("language", Text),
    Column("published_at", UTCDateTime),
    Column("updated_at", UTCDateTime),
    Column("taken_at", UTCDateTime, nullable=False),
    Column("image_width", Integer),
    Column("image_height", Integer),
    Column("day_only", Boolean, nullable=False, server_default=false()),  # the hour of `published_at` is not known
    Column("guid", bytewise()),  # a hash of the guid that the source gives the article
    PrimaryKeyConstraint("article_id", "source"),
    Index("sighting_visit", "source", "taken_at"),
    Index("sighting_guid", "source", "guid"),
    Index("sighting_role", "role", "published_at"),
)

reading = Table(
    "reading",
    metadata,
    Column("article_id", number(), ForeignKey("article.id"), nullable=False),
    Column("source", bytewise(), nullable=False),
    Column("taken_at", UTCDateTime, nullable=False),
    Column("views", BigInteger),
    Column("comments", BigInteger),
    Column("rating", BigInteger),
    PrimaryKeyConstraint("article_id", "source", "taken_at"),
)

source = Table(
    "source",
    metadata,
    Column("name", bytewise(), primary_key=True),
    Column("url", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("visited_at", UTCDateTime, nullable=False),
    Column("first_visited_at", UTCDateTime),  # null: before this was kept
)

override = Table(
    "override",
    metadata,
    Column("id", number(), primary_key=True),
    Column("edition", Text, nullable=False),
    Column("slot", SlotText),
    Column("article_key", Text),
    Column("kind", one_of(OverrideKind), nullable=False),
    Column("value", Text),
    Column("by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
    Column("undone_by", Text),
    Column("undone_at", UTCDateTime),
    Column("step", number()),  # the id of the first row that was stored together with this one
    Index("override_edition", "edition", "slot"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", number(), primary_key=True),
    Column("edition", Text, nullable=False),
    Column("slot", SlotText, nullable=False),
    Column("kind", one_of(DecisionKind), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("anomalies", TextList, nullable=False),  # that whoever released it saw
    Index("decision_edition", "edition", "slot"),
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", number(), primary_key=True),
    Column("email", bytewise(), nullable=False),
    Column("name", Text),
    Column("language", Text),
    Column("editions", TextList, nullable=False),
    Column("sections", TextList, nullable=False),
    Column("frequency", Text),
    Column("timezone", Text),
    Column("status", one_of(SubscriberStatus), nullable=False),
    Column("left_by", one_of(LeftBy)),
    Column("created_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("email_key", bytewise(), nullable=False, unique=True),  # the address, case-folded
    *(Column("hour", Integer), Column("paused_until", Date)),
    Column("suppressed_from", one_of(SubscriberStatus)),  # the status before; null: unknown, or never suppressed
    Column("editions_chosen_at", UTCDateTime),  # by the reader, on their page
    partial_index("subscriber_topics", "sections", where=text("sections <> '[]'")),
    partial_index("subscriber_hour", "hour", "timezone", where=text("hour IS NOT NULL")),
    # Without the confirmed ones, which are nearly all of an import and would slow it.
    partial_index("subscriber_status", "status", "changed_at", where=NOT_CONFIRMED),
    CheckConstraint("left_by IS NULL OR status = 'unsubscribed'", name="left"),
    sqlite_autoincrement=True,
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)

issue = Table(
    "issue",
    metadata,
    Column("id", number(), primary_key=True),
    Column("kind", one_of(Kind), nullable=False),
    Column("edition", Text),
    Column("slot", SlotText),
    Column("state", one_of(IssueState), nullable=False),
    Column("window_start", UTCDateTime, nullable=False),
    Column("window_end", UTCDateTime, nullable=False),
    Column("reason", Text),
    Column("frozen_at", UTCDateTime),
    Column("deadline", UTCDateTime),
    Column("updated_at", UTCDateTime, nullable=False),
    # Of system mail, which has no edition; its slot is the day on which it was first planned.
    Column("purpose", Text),
    Column("language", Text),
    Column("on_unknown", Text),
    *(
        Column(name, Integer) for name in ("without_articles", "over_limit", "had_all", "repeated")
    ),  # readers, by their topics
    Column("made_at", UTCDateTime),  # when its sources were asked; null: frozen before this was kept
    CheckConstraint("state NOT IN ('frozen', 'sending', 'done', 'paused') OR frozen_at IS NOT NULL", name="frozen"),
    Index("issue_slot", "edition", "slot", unique=True),
    Index("issue_system", "purpose", "language", "slot", unique=True),
    Index("issue_state", "state"),
)
EDITION_OR_PURPOSE = func.coalesce(issue.c.edition, issue.c.purpose).label("edition")  # system mail has a purpose

variant = Table(
    "variant",
    metadata,
    Column("id", number(), primary_key=True),
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("signing_key_id", Integer, ForeignKey("signing_key.id")),
    Column("dkim_selector", Text),  # null: its messages are not signed
    Column("packed", LargeBinary),  # html and text, compressed, where these are empty
    UniqueConstraint("issue_id", "key"),
)

issue_article = Table(
    "issue_article",
    metadata,
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("variant_id", number(), ForeignKey("variant.id"), nullable=False),
    Column("article", Text, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("issue_id", "variant_id", "position"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", number(), primary_key=True),
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("variant_id", number(), ForeignKey("variant.id"), nullable=False),
    Column("subscriber_id", number(), ForeignKey("subscriber.id")),
    Column("address", Text, nullable=False),
    Column("name", Text),
    Column("state", one_of(DeliveryState), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("claim_token", bytewise()),
    Column("claim_expires", UTCDateTime),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UTCDateTime),
    Column("smtp_code", Integer),
    Column("enhanced_code", Text),
    Column("smtp_text", Text),
    Column("remote_queue_id", Text),
    Column("first_attempt_at", UTCDateTime),
    Column("last_attempt_at", UTCDateTime),
    Column("bounced_at", UTCDateTime),
    Column("planned_at", UTCDateTime),  # of system mail, whose recipients are not planned together
    Column("expires_at", UTCDateTime),  # null: at the deadline of its issue
    CheckConstraint("state NOT IN ('claimed', 'sending', 'unknown') OR claim_token IS NOT NULL", name="token"),
    CheckConstraint("(state IN ('claimed', 'sending')) = (claim_expires IS NOT NULL)", name="lease"),
    CheckConstraint("state <> 'deferred' OR next_try_at IS NOT NULL", name="next_try"),
    # The subscriber comes first, so that the same index finds all rows of one who unsubscribes.
    Index("delivery_subscriber", "subscriber_id", "issue_id", unique=True),
    # Without the leased rows: they change most, and delivery_owner finds them. (The last column is always null here;
    # without it SQLite would read the table to count rows.)
    partial_index(
        "delivery_claim", "issue_id", "state", "due_at", "id", "claim_expires", where=text("claim_expires IS NULL")
    ),
    # Only mail to addresses that are no subscriber's: with the rows of issues it would slow planning by a third.
    partial_index("delivery_address", text("lower(address)"), where=text("subscriber_id IS NULL")),
    partial_index(
        "delivery_expires", "expires_at", where=text("expires_at IS NOT NULL AND state IN ('planned', 'deferred')")
    ),
    partial_index("delivery_owner", "claim_token", where=text("claim_token IS NOT NULL")),
    sqlite_autoincrement=True,  # an id in a reader's link never means another reader
)

resend = Table(
    "resend",
    metadata,
    Column("id", number(), primary_key=True),
    Column("issue_id", number(), ForeignKey("issue.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("state", one_of(DeliveryState)),  # of the messages before; null where an operator only consented
)

beat = Table(
    "beat",
    metadata,
    Column("process", bytewise(), nullable=False),
    Column("edition", bytewise(), nullable=False),
    Column("first_seen", UTCDateTime, nullable=False),
    Column("last_seen", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("process", "edition"),
)

shown_ranking = Table(
    "shown_ranking",
    metadata,
    Column("edition", bytewise(), nullable=False),
    Column("by", bytewise(), nullable=False),
    Column("slot", SlotText, nullable=False),
    Column("urls", TextList, nullable=False),
    Column("titles", TextList, nullable=False),
    PrimaryKeyConstraint("edition", "by"),
)

group_pause = Table(
    "group_pause",
    metadata,
    Column("receiver_group", bytewise(), primary_key=True),
    Column("cause", one_of(PauseCause), nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("trial_at", UTCDateTime),
    Column("cleared_at", UTCDateTime),
)

# The latest refusals by receivers, about this sender: enough of them pause the group.
refusal = Table(
    "refusal",
    metadata,
    Column("delivery_id", number(), ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    Column("domain", bytewise(), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

# Domains that send with daily limits (smtp.ramp).
ramp = Table(
    "ramp",
    metadata,
    Column("domain", bytewise(), primary_key=True),
    Column("began_on", Date, nullable=False),
)

# Rates that senders share (smtp.rate, smtp.relays.rate), and until when their turns were given.
shared_rate = Table(
    "shared_rate",
    metadata,
    Column("name", bytewise(), primary_key=True),
    Column("until", UTCDateTime, nullable=False),
)

# What came back about deliveries: once for each message that was read and each address in it.
bounce = Table(
    "bounce",
    metadata,
    Column("id", number(), primary_key=True),
    Column("message_key", bytewise(), nullable=False),
    Column("address", bytewise(), nullable=False),
    Column("delivery_id", number(), ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("subscriber_id", number(), ForeignKey("subscriber.id", ondelete="CASCADE")),
    Column("report_class", one_of(ReportClass), nullable=False),
    Column("status", Text),
    Column("text", Text, nullable=False),
    Column("counted", Boolean, nullable=False),  # among the soft bounces that suppress a reader
    Column("at", UTCDateTime, nullable=False),
    UniqueConstraint("message_key", "address"),
    Index("bounce_subscriber", "subscriber_id", "at"),
    Index("bounce_delivery", "delivery_id"),
)
