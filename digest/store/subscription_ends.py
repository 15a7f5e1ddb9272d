"""How subscriptions end: by the reader, by the operator, or because mail came back."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, case, func, literal, not_, or_

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import SubscriberStatus
from digest.store.schema import LeftBy, bounce, delivery, subscriber
from digest.store.transitions import moving

UNSENT = frozenset({DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.CLAIMED})
_LEFT_BY_READER = and_(
    subscriber.c.status == SubscriberStatus.UNSUBSCRIBED,
    func.coalesce(subscriber.c.left_by, LeftBy.OPERATOR) == LeftBy.READER,
)


def end_subscription(connection: Connection, which: ColumnElement[bool], by: LeftBy, now: datetime) -> bool:
    """End the subscription of one reader, and cancel what was not begun; false when nothing changed."""
    changes, values = _ending(by, literal(now, subscriber.c.changed_at.type))
    return _change_and_cancel(connection, subscriber.update().where(which, changes).values(values)) is not None


def leave(connection: Connection, subscriber_id: int, now: datetime) -> datetime | None:
    """`end_subscription` by one reader, with a statement that is built once; when it counts as changed, if it was."""
    return _change_and_cancel(connection, _leaving(), {"reader": subscriber_id, "now": now})


def suppress(connection: Connection, which: ColumnElement[bool], now: datetime) -> bool:
    """Send no more mail to one subscriber and cancel what was not begun; false when they get none anyway."""
    subscribed = subscriber.c.status.in_((SubscriberStatus.CONFIRMED, SubscriberStatus.PENDING))
    values = {"status": SubscriberStatus.SUPPRESSED, "changed_at": now}
    return _change_and_cancel(connection, subscriber.update().where(which, subscribed).values(values)) is not None


def forget_bounces(connection: Connection, subscriber_id: int) -> None:
    """Let the soft bounces of a reader count no more: mail is sent to a suppressed address again."""
    of_reader = and_(bounce.c.subscriber_id == subscriber_id, bounce.c.counted)
    connection.execute(bounce.update().where(of_reader).values(counted=False))


def _ending(by: LeftBy, now: ColumnElement[datetime]) -> tuple[ColumnElement[bool], Mapping[str, Any]]:
    """Whose subscription ends, and what is written to the row."""
    values: dict[str, Any] = {"status": SubscriberStatus.UNSUBSCRIBED, "left_by": by, "changed_at": now}
    if by is not LeftBy.READER:
        return or_(subscriber.c.status != SubscriberStatus.UNSUBSCRIBED, subscriber.c.left_by.is_(None)), values
    # Also after the operator removed them: from now on no import brings them back. But a reader who got no mail anyway
    # has nothing to undo: only a recent change can be undone.
    confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
    return not_(_LEFT_BY_READER), values | {"changed_at": case((confirmed, now), else_=subscriber.c.changed_at)}


@cache  # to build a statement takes as long as to execute it
def _leaving() -> Update:
    changes, values = _ending(LeftBy.READER, bindparam("now", type_=subscriber.c.changed_at.type))
    return subscriber.update().where(subscriber.c.id == bindparam("reader"), changes).values(values)


def _change_and_cancel(
    connection: Connection, changed: Update, parameters: Mapping[str, Any] | None = None
) -> datetime | None:
    returned = connection.execute(changed.returning(subscriber.c.id, subscriber.c.changed_at), parameters)
    row = returned.one_or_none()
    if row is None:
        return None
    connection.execute(_cancelling(connection.dialect.name), {"reader": row.id})
    changed_at: datetime = row.changed_at
    return changed_at


@cache
def _cancelling(dialect: str) -> Update:
    return moving(dialect, UNSENT, DeliveryState.CANCELLED, delivery.c.subscriber_id == bindparam("reader"))
