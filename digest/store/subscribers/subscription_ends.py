"""How subscriptions end: by the reader, by the operator, or because mail came back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, case, func, literal, not_, or_, select
from sqlalchemy.sql.dml import ReturningUpdate

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.store.ledger.transitions import moving
from digest.store.tables.schema import bounce, delivery, subscriber

UNDO_TIME = timedelta(minutes=30)  # for which readers who unsubscribed can undo it
UNSENT = frozenset({DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.CLAIMED})
_LEFT_BY_READER = and_(
    subscriber.c.status == SubscriberStatus.UNSUBSCRIBED,
    func.coalesce(subscriber.c.left_by, LeftBy.OPERATOR) == LeftBy.READER,
)


def end_subscription(connection: Connection, which: ColumnElement[bool], by: LeftBy, now: datetime) -> bool:
    """End the subscription of one reader, and cancel what was not begun; false when nothing changed."""
    moments = (literal(moment, subscriber.c.changed_at.type) for moment in (now, now - UNDO_TIME))
    changes, values = _ending(by, *moments)
    return _change_and_cancel(connection, subscriber.update().where(which, changes).values(values))


def leave(connection: Connection, subscriber_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """`end_subscription` by readers, with statements that are built once; which of them changed, and as of when.

    The rows of several readers must be locked before, by `lock_free`.
    """
    if not subscriber_ids:
        return {}
    changed = connection.execute(
        _leaving(), {"readers": subscriber_ids, "now": now, "past_undo": now - UNDO_TIME}
    ).all()
    if changed:
        connection.execute(_cancelling(connection.dialect.name), {"readers": [row.id for row in changed]})
    return {row.id: row.changed_at for row in changed}


def lock_free(connection: Connection, subscriber_ids: Sequence[int]) -> list[int]:
    """Lock the readers that no other transaction is changing; their ids.

    A transaction that waits for no reader while it has locked others is no part of a deadlock.
    """
    return list(connection.scalars(_LOCKING, {"readers": subscriber_ids})) if subscriber_ids else []


def suppress(connection: Connection, which: ColumnElement[bool], now: datetime) -> bool:
    """Send no more mail to one subscriber and cancel what was not begun; false when they get none anyway."""
    subscribed = subscriber.c.status.in_((SubscriberStatus.CONFIRMED, SubscriberStatus.PENDING))
    before = {"suppressed_from": subscriber.c.status}
    values = {**before, "status": SubscriberStatus.SUPPRESSED, "changed_at": now}
    return _change_and_cancel(connection, subscriber.update().where(which, subscribed).values(values))


def forget_bounces(connection: Connection, subscriber_id: int) -> None:
    """Let the soft bounces of a reader count no more: mail is sent to a suppressed address again."""
    of_reader = and_(bounce.c.subscriber_id == subscriber_id, bounce.c.counted)
    connection.execute(bounce.update().where(of_reader).values(counted=False))


def _ending(
    by: LeftBy, now: ColumnElement[datetime], past_undo: ColumnElement[datetime]
) -> tuple[ColumnElement[bool], Mapping[str, Any]]:
    """Whose subscription ends, and what is written to the row; what changed at `past_undo` cannot be undone."""
    values: dict[str, Any] = {"status": SubscriberStatus.UNSUBSCRIBED, "left_by": by, "changed_at": now}
    if by is not LeftBy.READER:
        return or_(subscriber.c.status != SubscriberStatus.UNSUBSCRIBED, subscriber.c.left_by.is_(None)), values
    # Also after the operator removed them: from now on no import brings them back. But a reader who got no mail anyway
    # has nothing to undo: only a recent change can be undone.
    confirmed, changed_at = subscriber.c.status == SubscriberStatus.CONFIRMED, subscriber.c.changed_at
    moment = case((confirmed, now), (changed_at > past_undo, past_undo), else_=changed_at)
    return not_(_LEFT_BY_READER), values | {"changed_at": moment}


@cache  # to build a statement takes as long as to execute it
def _leaving() -> ReturningUpdate[Any]:
    moments = (bindparam(name, type_=subscriber.c.changed_at.type) for name in ("now", "past_undo"))
    changes, values = _ending(LeftBy.READER, *moments)
    left = subscriber.update().where(_OF_READERS, changes).values(values)
    return left.returning(subscriber.c.id, subscriber.c.changed_at)


def _change_and_cancel(connection: Connection, changed: Update) -> bool:
    subscriber_id = connection.scalar(changed.returning(subscriber.c.id))
    if subscriber_id is None:
        return False
    connection.execute(_cancelling(connection.dialect.name), {"readers": [subscriber_id]})
    return True


@cache
def _cancelling(dialect: str) -> Update:
    return moving(dialect, UNSENT, DeliveryState.CANCELLED, _DELIVERY_OF_READERS)


_OF_READERS = subscriber.c.id.in_(bindparam("readers", expanding=True))
_DELIVERY_OF_READERS = delivery.c.subscriber_id.in_(bindparam("readers", expanding=True))
# As an UPDATE locks: meanwhile rows that refer to a reader may be added.
_LOCKING = select(subscriber.c.id).where(_OF_READERS).with_for_update(key_share=True, skip_locked=True)
