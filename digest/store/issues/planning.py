"""Plans the deliveries of an issue: which variant its readers get, and when, in a few statements for all of them."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import Text as TextType

from digest.model.deliveries import DeliveryState
from digest.model.issues import Audience, Content
from digest.store.engine.column_types import UTCDateTime
from digest.store.engine.temporary_tables import filled, temporary_table
from digest.store.issues.audiences import in_audience
from digest.store.tables.schema import delivery, insert, subscriber
from digest.subscribers.preferences import next_delivery, zone_of

_CHOSEN_TOPICS = temporary_table(
    "chosen_topics", Column("sections", TextType, primary_key=True), Column("variant_id", BigInteger)
)
CHOSEN_HOURS = temporary_table(
    "chosen_hours",
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("zone", TextType, primary_key=True),
    Column("due_at", UTCDateTime),
    Column("expires_at", UTCDateTime),
)
_SECTIONS = type_coerce(subscriber.c.sections, TextType)
_HAS_TOPICS: ColumnElement[bool] = literal_column("subscriber.sections <> '[]'")  # as the index has it
_COLUMNS = ("issue_id", "variant_id", "subscriber_id", "address", "name", "state", "due_at", "expires_at", "tries")


class NewIssue(NamedTuple):
    """An issue that is being frozen, its audience, and the deadline of its messages that are due `now`."""

    id: int
    audience: Audience
    now: datetime
    deadline: datetime


class TopicPlan(NamedTuple):
    """The variant for each list of topics as it is stored (None: no message), and the readers that are counted."""

    variants: Sequence[tuple[str, int | None]] = ()
    without_articles: int = 0
    over_limit: int = 0


class ReaderChoices(NamedTuple):
    """What readers chose, as it is planned: their topics, and when a message is due by hour and zone."""

    topics: TopicPlan = TopicPlan()
    hours: Sequence[tuple[int, str, datetime]] = ()

    @property
    def last_due(self) -> datetime | None:
        """When the last message is due that is not due at once."""
        return max((moment for _hour, _zone, moment in self.hours), default=None)


def topic_sets(connection: Connection, audience: Audience) -> list[tuple[str, int]]:
    """The topics that readers chose, as they are stored, with the number of readers, most first."""
    number = func.count().label("number")
    chosen = select(_SECTIONS.label("sections"), number).where(_HAS_TOPICS, *in_audience(audience))
    rows = connection.execute(chosen.group_by(_SECTIONS).order_by(number.desc(), _SECTIONS))
    return [(row.sections, row.number) for row in rows]


def plan_topics(connection: Connection, audience: Audience, stored: Callable[[Content], int]) -> TopicPlan:
    """The variant of each list of topics that has a reader; `stored` stores a content, once, and returns its id."""
    variants: list[tuple[str, int | None]] = []
    without = over = 0
    if audience.topics is None:
        return TopicPlan()
    for sections, readers in topic_sets(connection, audience):
        found = audience.topics(json.loads(sections))
        variants.append((sections, None if found.content is None else stored(found.content)))
        without += readers if found.content is None else 0
        over += readers if found.over_limit else 0
    return TopicPlan(variants, without, over)


def plan_hours(connection: Connection, audience: Audience, now: datetime) -> list[tuple[int, str, datetime]]:
    """When messages are due that are not due at once, by the hour and the zone that readers chose."""
    zone = _zone(audience)
    chosen = select(subscriber.c.hour, zone.label("zone")).where(subscriber.c.hour.is_not(None), *in_audience(audience))
    pairs = connection.execute(chosen.distinct()).all()
    portal = ZoneInfo(audience.zone)
    due = ((row.hour, row.zone, next_delivery(row.hour, zone_of(row.zone, portal), now)) for row in pairs)
    return [(hour, name, moment) for hour, name, moment in due if moment > now]


def plan_deliveries(
    connection: Connection, new: NewIssue, variant_id: int, choices: ReaderChoices, *, engaged_first: bool
) -> None:
    """Plan one delivery for each reader.

    Readers get `variant_id` now, unless their `choices` say otherwise. Those of one variant follow each other, so that
    a sender encodes it once. Where some chose a later hour, each message expires as long after it is due as
    `new.deadline` is after `new.now`; else all expire with their issue.
    """
    order: list[ColumnElement[Any]] = [_has_no_good_delivery(), subscriber.c.created_at] if engaged_first else []
    conditions = in_audience(new.audience)
    variant: ColumnElement[Any] = literal(variant_id)
    due_at: ColumnElement[Any] = literal(new.now, delivery.c.due_at.type)
    expires_at: ColumnElement[Any] = literal(None, delivery.c.expires_at.type)
    readers: FromClause = subscriber
    if choices.topics.variants:
        topics = _CHOSEN_TOPICS.c
        readers = readers.outerjoin(_CHOSEN_TOPICS, topics.sections == _SECTIONS)
        variant = case((topics.sections.is_(None), variant), else_=topics.variant_id)
        conditions.append(variant.is_not(None))
        order.append(variant)
    if choices.hours:
        hours = CHOSEN_HOURS.c
        same = and_(hours.hour == subscriber.c.hour, hours.zone == _zone(new.audience))
        readers, due_at = readers.outerjoin(CHOSEN_HOURS, same), func.coalesce(hours.due_at, due_at)
        expires_at = func.coalesce(hours.expires_at, literal(new.deadline, delivery.c.expires_at.type))
    deliveries = (
        select(
            literal(new.id),
            variant,
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            literal(DeliveryState.PLANNED, delivery.c.state.type),
            due_at,
            expires_at,
            literal(0),
        )
        .select_from(readers)
        .where(*conditions)
        .order_by(*order, subscriber.c.id)
    )
    expiring = [(hour, zone, due, new.deadline + (due - new.now)) for hour, zone, due in choices.hours]
    tables = {_CHOSEN_TOPICS: choices.topics.variants, CHOSEN_HOURS: expiring}
    with filled(connection, {table: rows for table, rows in tables.items() if rows}):
        connection.execute(insert(connection, delivery).from_select(_COLUMNS, deliveries).on_conflict_do_nothing())


def _zone(audience: Audience) -> ColumnElement[str]:
    return func.coalesce(subscriber.c.timezone, audience.zone)


def _has_no_good_delivery() -> ColumnElement[bool]:
    of_reader = exists().where(delivery.c.subscriber_id == subscriber.c.id)
    bounced = or_(delivery.c.state == DeliveryState.BOUNCED, delivery.c.bounced_at.is_not(None))
    return or_(~of_reader.where(delivery.c.state == DeliveryState.SENT), of_reader.where(bounced))
