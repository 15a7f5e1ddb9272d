"""What the personal links in a message do: find its reader, unsubscribe them, and undo that."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, and_, bindparam, func, null, select, true

from digest.errors import StoreError
from digest.model.deliveries import DeliveryState
from digest.model.issues import Kind
from digest.model.subscribers import LeftBy, Preferences, SubscriberStatus
from digest.model.web import LeaveReason, Leaving, LinkedReader, RequestKind
from digest.store.engine.database import Database
from digest.store.ledger.folding import folded_deliveries
from digest.store.ledger.transitions import move
from digest.store.subscribers.reader_requests import VALID
from digest.store.subscribers.subscriber_changes import change_fields, choose_editions
from digest.store.subscribers.subscribers import PREFERENCES, preferences_of
from digest.store.subscribers.subscription_ends import UNDO_TIME, leave, lock_free
from digest.store.tables.schema import EDITION_OR_PURPOSE, delivery, issue, subscriber, upsert
from digest.store.tables.web_schema import leave_reason, reader_request, signup

_log = logging.getLogger(__name__)

_ISSUE_AND_READER = (
    EDITION_OR_PURPOSE,
    issue.c.slot,
    subscriber.c.id.label("subscriber_id"),
    subscriber.c.email,
    subscriber.c.editions,
    *(subscriber.c[name] for name in PREFERENCES),
    subscriber.c.status,
    subscriber.c.left_by,
    leave_reason.c.reason,
    subscriber.c.changed_at,
)
_LINKS: Select[Any] = (
    select(
        delivery.c.id,
        delivery.c.state,
        *_ISSUE_AND_READER,
        signup.c.id.label("signup_id"),
        signup.c.confirmed_at,
        reader_request.c.kind.label("request_kind"),
        reader_request.c.asked_at.label("requested_at"),
        reader_request.c.done_at,
    )
    .join_from(delivery, issue)
    .outerjoin(signup, signup.c.delivery_id == delivery.c.id)
    .outerjoin(subscriber, subscriber.c.id == func.coalesce(delivery.c.subscriber_id, signup.c.subscriber_id))
    .outerjoin(leave_reason, leave_reason.c.subscriber_id == subscriber.c.id)
    .outerjoin(reader_request, reader_request.c.delivery_id == delivery.c.id)
    .where(delivery.c.id.in_(bindparam("deliveries", expanding=True)))
)

# The same of a delivery that was folded.
_FOLDED_LINK: Select[Any] = (
    select(
        bindparam("delivery", type_=BigInteger()).label("id"),
        *_ISSUE_AND_READER,
        *(
            null().label(name)
            for name in ("state", "signup_id", "confirmed_at", "request_kind", "requested_at", "done_at")
        ),
    )
    .join_from(issue, subscriber, true())
    .outerjoin(leave_reason, leave_reason.c.subscriber_id == subscriber.c.id)
    .where(issue.c.id == bindparam("issue"), subscriber.c.id == bindparam("subscriber"))
)


class ReaderLinks:
    """Readers by the delivery that a link names; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, delivery_id: int) -> LinkedReader | None:
        """The reader who got that delivery; None for a delivery that is unknown or went to nobody's address."""
        with self._database.read() as connection:
            row = next(iter(_links(connection, [delivery_id])), None)
        return None if row is None or row.subscriber_id is None else _reader(row)

    def is_known(self, delivery_id: int) -> bool:
        """Whether the database has that delivery, or has kept whose it was."""
        with self._database.read() as connection:
            stored = connection.scalar(select(delivery.c.id).where(delivery.c.id == delivery_id))
            return stored is not None or bool(folded_deliveries(connection, [delivery_id]))

    def leave(self, delivery_id: int, now: datetime) -> Leaving:
        """Unsubscribe the reader, also from messages that were not begun; a link that asks changes nothing."""
        with self._database.write() as connection:
            rows = _links(connection, [delivery_id])
            changed = leave(connection, _who_leave(rows, now), now)
        self._settle_as_sent(rows)
        return _leaving(next(iter(rows), None), changed, now)

    def leave_together(self, delivery_ids: Sequence[int], now: datetime) -> list[Leaving | None]:
        """`leave` for each of them, in one transaction; None for a reader that another transaction is changing.

        A link that names nobody takes the work of one that has nothing left to do.
        """
        with self._database.write() as connection:
            rows = {row.id: row for row in _links(connection, delivery_ids)}
            wanted = _who_leave(rows.values(), now)
            free = lock_free(connection, wanted)
            changed = leave(connection, free, now)
        self._settle_as_sent(rows.values())
        busy = set(wanted).difference(free)
        found = (rows.get(one) for one in delivery_ids)
        return [None if row is not None and row.subscriber_id in busy else _leaving(row, changed, now) for row in found]

    def _settle_as_sent(self, rows: Iterable[Row[Any]]) -> None:
        """Settle messages as sent whose server never confirmed them: only somebody who has a message knows its token.

        In a transaction of its own, because it locks deliveries in another order, and nobody is refused if it fails.
        """
        arrived = [row.id for row in rows if row.state is DeliveryState.UNKNOWN]
        if not arrived:
            return
        try:
            with self._database.write() as connection:
                move(connection, {DeliveryState.UNKNOWN}, DeliveryState.SENT, delivery.c.id.in_(arrived))
        except StoreError as error:
            _log.warning("messages that have arrived stay unknown: %s", error)

    def undo(self, delivery_id: int, now: datetime) -> bool:
        """Subscribe a reader again who unsubscribed up to 30 minutes ago; false when nothing changed."""
        values = {"status": SubscriberStatus.CONFIRMED, "left_by": None, "changed_at": now}
        with self._database.write() as connection:
            undone = subscriber.update().where(_left_recently(connection, delivery_id, now)).values(values)
            subscriber_id = connection.scalar(undone.returning(subscriber.c.id))
            if subscriber_id is not None:
                connection.execute(leave_reason.delete().where(leave_reason.c.subscriber_id == subscriber_id))
        return subscriber_id is not None

    def explain(self, delivery_id: int, reason: LeaveReason, now: datetime) -> bool:
        """Store why a reader unsubscribed, up to 30 minutes before; false when nothing changed."""
        with self._database.write() as connection:
            left = select(subscriber.c.id).where(_left_recently(connection, delivery_id, now))
            subscriber_id = connection.scalar(left.with_for_update())
            if subscriber_id is None:
                return False
            upsert(connection, leave_reason, {"subscriber_id": subscriber_id}, {"reason": reason, "at": now})
        return True

    def next_due(self, delivery_id: int) -> datetime | None:
        """When the next message is due that is planned for the reader; None where none is."""
        with self._database.read() as connection:
            subscriber_id = select(subscriber.c.id).where(_of_delivery(connection, delivery_id)).scalar_subquery()
            planned = delivery.c.subscriber_id == subscriber_id, delivery.c.state == DeliveryState.PLANNED
            of_edition = select(func.min(delivery.c.due_at)).join(issue).where(*planned, issue.c.kind == Kind.EDITION)
            due_at: datetime | None = connection.scalar(of_edition)
        return due_at

    def save_preferences(
        self, delivery_id: int, chosen: Preferences, now: datetime, editions: Sequence[str] | None = None
    ) -> bool:
        """Store what a confirmed reader chose, for the next issues; false when no preference changed.

        A pause also cancels what was not begun of the issues before its end. `editions` (None: those of before) are the
        only ones that they get from now on, also after an import.
        """
        values = {name: getattr(chosen, name) for name in PREFERENCES}
        with self._database.write() as connection:
            reader = _of_delivery(connection, delivery_id)
            if editions is not None:
                choose_editions(connection, reader, editions, now, by_reader=True)
            return change_fields(connection, reader, values, now)


def _links(connection: Connection, delivery_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """What is known of the deliveries that links name, their readers included."""
    rows = list(connection.execute(_LINKS, {"deliveries": delivery_ids}))
    folded = folded_deliveries(connection, set(delivery_ids).difference(row.id for row in rows))
    for delivery_id, (issue_id, subscriber_id) in folded.items():
        values = {"delivery": delivery_id, "issue": issue_id, "subscriber": subscriber_id}
        rows += connection.execute(_FOLDED_LINK, values)
    return rows


def _who_leave(rows: Iterable[Row[Any]], now: datetime) -> list[int]:
    """The subscribers among those of the links whose subscription is to end, in the order of their ids."""
    left = SubscriberStatus.UNSUBSCRIBED, LeftBy.READER
    known = (row for row in rows if row.subscriber_id is not None and not _asks(row, now))
    return sorted({row.subscriber_id for row in known if (row.status, row.left_by) != left})


def _leaving(row: Row[Any] | None, changed: Mapping[int, datetime], now: datetime) -> Leaving:
    if row is None or row.subscriber_id is None or _asks(row, now):
        return Leaving(asks=row is not None and _asks(row, now), is_unknown=row is None)
    reader = _reader(row)
    if row.subscriber_id not in changed:
        return Leaving(reader=reader)
    status, changed_at = SubscriberStatus.UNSUBSCRIBED, changed[row.subscriber_id]
    return Leaving(reader=replace(reader, status=status, left_by_reader=True, changed_at=changed_at))


def _asks(row: Row[Any], now: datetime) -> bool:
    """Whether the message asks for something that its reader may refuse: to confirm a sign-up, or a new address."""
    if row.signup_id is not None:
        return row.confirmed_at is None
    is_open = row.request_kind is RequestKind.NEW_ADDRESS and row.done_at is None
    return is_open and row.requested_at > now - VALID


def _left_recently(connection: Connection, delivery_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether the reader of the delivery unsubscribed up to 30 minutes ago."""
    return and_(
        _of_delivery(connection, delivery_id),
        subscriber.c.status == SubscriberStatus.UNSUBSCRIBED,
        subscriber.c.left_by == LeftBy.READER,
        subscriber.c.changed_at > now - UNDO_TIME,
    )


def _of_delivery(connection: Connection, delivery_id: int) -> ColumnElement[bool]:
    """Whether a subscriber is the one of the delivery, which may have been folded."""
    for _issue, subscriber_id in _folded_unless_stored(connection, delivery_id).values():
        return subscriber.c.id == subscriber_id
    reader = func.coalesce(delivery.c.subscriber_id, signup.c.subscriber_id)
    of_delivery = select(reader).where(delivery.c.id == delivery_id)
    joined = of_delivery.join_from(delivery, signup, signup.c.delivery_id == delivery.c.id, isouter=True)
    return subscriber.c.id == joined.scalar_subquery()


def _folded_unless_stored(connection: Connection, delivery_id: int) -> Mapping[int, tuple[int, int]]:
    stored = connection.scalar(select(delivery.c.id).where(delivery.c.id == delivery_id))
    return {} if stored is not None else folded_deliveries(connection, [delivery_id])


def _reader(row: Row[Any]) -> LinkedReader:
    return LinkedReader(
        delivery_id=row.id,
        edition=row.edition,
        slot=row.slot,
        email=row.email,
        editions=tuple(row.editions),
        preferences=preferences_of(row),
        status=row.status,
        left_by_reader=row.left_by is LeftBy.READER,
        leave_reason=row.reason,
        changed_at=row.changed_at,
    )
