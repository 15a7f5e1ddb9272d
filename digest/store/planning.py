"""Plans the deliveries of an issue: which readers get it, and which variant, in a few statements for all of them."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Table,
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
from digest.model.subscribers import SubscriberStatus
from digest.store.schema import delivery, insert, subscriber
from digest.store.subscribers import belongs_to
from digest.store.transitions import UNLEASED

_CHOSEN_TOPICS = Table(
    "chosen_topics",
    MetaData(),
    Column("sections", TextType, primary_key=True),
    Column("variant_id", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_SECTIONS = type_coerce(subscriber.c.sections, TextType)
_HAS_TOPICS: ColumnElement[bool] = literal_column("subscriber.sections <> '[]'")  # as the index has it
_COLUMNS = ("issue_id", "variant_id", "subscriber_id", "address", "name", "state", "due_at", "tries")


class TopicPlan(NamedTuple):
    """The variant for each list of topics as it is stored (None: no message), and the readers that are counted."""

    variants: Sequence[tuple[str, int | None]] = ()
    without_articles: int = 0
    over_limit: int = 0


def topic_sets(connection: Connection, audience: Audience) -> list[tuple[str, int]]:
    """The topics that readers chose, as they are stored, with the number of readers, most first."""
    number = func.count().label("number")
    chosen = select(_SECTIONS.label("sections"), number).where(_HAS_TOPICS, *_conditions(audience))
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


def plan_deliveries(
    connection: Connection,
    issue_id: int,
    variant_id: int,
    audience: Audience,
    now: datetime,
    topics: TopicPlan,
    *,
    engaged_first: bool,
) -> int:
    """Plan one delivery for each reader; how many there are.

    Readers get `variant_id`, and those who chose topics what `topics` says. Those of one variant follow each other, so
    that a sender encodes it once.
    """
    order: list[ColumnElement[Any]] = [_has_no_good_delivery(), subscriber.c.created_at] if engaged_first else []
    conditions = list(_conditions(audience))
    variant: ColumnElement[Any] = literal(variant_id)
    readers: FromClause = subscriber
    if topics.variants:
        _fill(connection, _CHOSEN_TOPICS, topics.variants)
        readers = subscriber.outerjoin(_CHOSEN_TOPICS, _CHOSEN_TOPICS.c.sections == _SECTIONS)
        variant = case((_CHOSEN_TOPICS.c.sections.is_(None), variant), else_=_CHOSEN_TOPICS.c.variant_id)
        conditions.append(variant.is_not(None))
        order.append(variant)
    rows = (
        select(
            literal(issue_id),
            variant,
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            literal(DeliveryState.PLANNED, delivery.c.state.type),
            literal(now, delivery.c.due_at.type),
            literal(0),
        )
        .select_from(readers)
        .where(*conditions)
        .order_by(*order, subscriber.c.id)
    )
    connection.execute(insert(connection, delivery).from_select(_COLUMNS, rows).on_conflict_do_nothing())
    if topics.variants:
        _CHOSEN_TOPICS.drop(connection)
    return connection.execute(select(func.count()).where(delivery.c.issue_id == issue_id, UNLEASED)).scalar_one()


def _fill(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Make the table for this transaction: values in the statement itself would have no index on SQLite."""
    table.create(connection)
    names = [column.name for column in table.columns]
    connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _conditions(audience: Audience) -> tuple[ColumnElement[bool], ...]:
    return subscriber.c.status == SubscriberStatus.CONFIRMED, belongs_to(audience.edition)


def _has_no_good_delivery() -> ColumnElement[bool]:
    of_reader = exists().where(delivery.c.subscriber_id == subscriber.c.id)
    bounced = or_(delivery.c.state == DeliveryState.BOUNCED, delivery.c.bounced_at.is_not(None))
    return or_(~of_reader.where(delivery.c.state == DeliveryState.SENT), of_reader.where(bounced))
