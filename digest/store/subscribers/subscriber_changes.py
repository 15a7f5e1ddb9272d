"""Changes of one subscriber by address or by link, and the subscribers in pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import Kind, Slot, weekly_name
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.ledger.transitions import move
from digest.store.subscribers.subscribers import subscriber_of
from digest.store.subscribers.subscription_ends import UNSENT
from digest.store.tables.schema import delivery, has_address, issue, subscriber


class SubscriberChanges:
    """Changes by address; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, status: SubscriberStatus | None, after: int | None, limit: int) -> list[tuple[int, Subscriber]]:
        """The subscribers with ids after one, of one status or of all, each with its id."""
        chosen = select(subscriber).where(subscriber.c.id > (after or 0)).order_by(subscriber.c.id).limit(limit)
        if status is not None:
            chosen = chosen.where(subscriber.c.status == status)
        with self._database.read() as connection:
            return [(row.id, subscriber_of(row)) for row in connection.execute(chosen)]

    def change(self, email: str, values: Mapping[str, Any], now: datetime) -> bool:
        """Set fields of a confirmed subscriber, and cancel mail of editions that they no longer get; false if nobody.

        `values` are by the names of `Subscriber`; they count for the next issues.
        """
        confirmed = and_(has_address(email), subscriber.c.status == SubscriberStatus.CONFIRMED)
        with self._database.write() as connection:
            subscriber_id = connection.scalar(select(subscriber.c.id).where(confirmed).with_for_update())
            if subscriber_id is None:
                return False
            this = subscriber.c.id == subscriber_id
            change_fields(connection, this, {name: one for name, one in values.items() if name != "editions"}, now)
            if "editions" in values:
                choose_editions(connection, this, values["editions"], now, by_reader=False)
        return True


def change_fields(connection: Connection, which: ColumnElement[bool], values: Mapping[str, Any], now: datetime) -> bool:
    """Set other fields of a confirmed subscriber than the editions; false when nothing changed.

    A pause also cancels what was not begun of the issues before its end.
    """
    changes = or_(False, *(subscriber.c[name].is_distinct_from(value) for name, value in values.items()))
    confirmed = and_(which, subscriber.c.status == SubscriberStatus.CONFIRMED, changes)
    changed = subscriber.update().where(confirmed).values(**values, changed_at=now)
    subscriber_id = connection.scalar(changed.returning(subscriber.c.id))
    if subscriber_id is not None and values.get("paused_until"):
        _cancel_editions(connection, subscriber_id, issue.c.slot < Slot(day=values["paused_until"]))
    return subscriber_id is not None


def choose_editions(
    connection: Connection, which: ColumnElement[bool], editions: Sequence[str], now: datetime, *, by_reader: bool
) -> None:
    """Subscribe a confirmed reader to these editions (none: all) and to no others.

    What they chose themselves (`by_reader`) is kept by imports.
    """
    confirmed = and_(which, subscriber.c.status == SubscriberStatus.CONFIRMED)
    mark = {"editions_chosen_at": now} if by_reader else {}
    chosen = subscriber.update().where(confirmed).values(editions=tuple(editions), changed_at=now, **mark)
    subscriber_id = connection.scalar(chosen.returning(subscriber.c.id))
    if subscriber_id is not None and editions:
        kept = (*editions, *map(weekly_name, editions))
        _cancel_editions(connection, subscriber_id, issue.c.edition.not_in(kept))


def _cancel_editions(connection: Connection, subscriber_id: int, which: ColumnElement[bool]) -> None:
    """Cancel what was not begun of some issues of editions for one reader."""
    ids = select(issue.c.id).where(issue.c.kind == Kind.EDITION, which)
    of_reader = and_(delivery.c.subscriber_id == subscriber_id, delivery.c.issue_id.in_(ids))
    move(connection, UNSENT, DeliveryState.CANCELLED, of_reader)
