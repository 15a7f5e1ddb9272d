"""What readers ask for about their own data, each time with a link of its own that is mailed to them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.exc import IntegrityError

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import SubscriberStatus
from digest.model.web import PRESSED_AGAIN, ReaderRequest, RequestKind
from digest.parsing.addresses import email_key
from digest.store.access.mail_limits import Asked, Counted, refuse_mail, within_limits
from digest.store.engine.database import Database
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.ledger.transitions import move
from digest.store.subscribers.subscription_ends import forget_bounces
from digest.store.subscribers.suppression import lift_suppression
from digest.store.tables.schema import delivery, has_address, insert, subscriber
from digest.store.tables.web_schema import former_address, reader_request, signup

VALID = timedelta(hours=1)  # how long a link can be used
_REQUESTS: Select[Any] = (
    select(reader_request.c.kind, subscriber.c.email, delivery.c.address)
    .join_from(reader_request, subscriber)
    .join(delivery, delivery.c.id == reader_request.c.delivery_id)
)


class ReaderRequests:
    """The requests by the delivery that carries their link; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, email: str, kind: RequestKind, counted: Counted, message: SystemMessage, now: datetime) -> Asked:
        """Plan a message with a link to the reader of that address, within the limits."""

        def plan(connection: Connection) -> Asked:
            row = connection.execute(_by_email(email).with_for_update()).one_or_none()
            if row is None:
                return Asked.ENOUGH
            _plan_request(connection, row.id, kind, _recipient(row), message, now)
            return Asked.MAILED

        return within_limits(self._database, counted, plan, now)

    def ask_at(
        self,
        address: str,
        delivery_id: int,
        counted: Counted,
        messages: tuple[SystemMessage, SystemMessage],
        now: datetime,
    ) -> Asked:
        """Use the request for another address, and plan a message to that address, within its limits.

        `messages`: with the link, and for an address that is stored already, whose subscription stays as it is.
        """

        def plan(connection: Connection) -> Asked:
            reader = _used_by(connection, delivery_id, RequestKind.ADDRESS, now)
            if reader is None:
                return Asked.FORM_USED
            known = connection.execute(_by_email(address)).one_or_none()
            message = messages[known is not None]
            _plan_request(connection, reader.id, RequestKind.NEW_ADDRESS, SystemRecipient(address), message, now)
            return Asked.MAILED

        outcome = within_limits(self._database, counted, plan, now)
        if outcome is Asked.ENOUGH:  # the answer is that of a request that was mailed
            self.use(delivery_id, RequestKind.ADDRESS, now)
        return outcome

    def find(self, delivery_id: int, now: datetime) -> ReaderRequest | None:
        """The request whose link is in that delivery; None for one that is used, too old, or of an erased reader."""
        with self._database.read() as connection:
            row = connection.execute(_REQUESTS.where(_is_open(delivery_id, now))).one_or_none()
        return None if row is None else ReaderRequest(kind=row.kind, email=row.email, mailed_to=row.address)

    def language(self, delivery_id: int) -> str | None:
        """The language that the reader of a request chose, also of one that is used or too old."""
        query = select(subscriber.c.language).join(reader_request).where(reader_request.c.delivery_id == delivery_id)
        with self._database.read() as connection:
            language: str | None = connection.scalar(query)
        return language

    def use(self, delivery_id: int, kind: RequestKind, now: datetime) -> bool:
        """Use the link of that delivery; false for one of another kind, or that is used or too old."""
        with self._database.write() as connection:
            return _used_by(connection, delivery_id, kind, now) is not None

    def refuse(self, delivery_id: int, address_key: str, now: datetime) -> bool:
        """End a request that the owner of a new address did not make, and mail that address nothing for 30 days."""
        with self._database.write() as connection:
            if _used_by(connection, delivery_id, RequestKind.NEW_ADDRESS, now) is None:
                return False
            refuse_mail(connection, address_key, now)
        return True

    def move_reader(self, delivery_id: int, notice: SystemMessage, now: datetime) -> bool:
        """Give the reader the address that the delivery went to, and tell the former one; false if nothing changed.

        An address that another subscriber has by now is left to them. Status, choices and history stay.
        """
        secret = self._database.secret()
        with self._database.write() as connection:
            reader = _used_by(connection, delivery_id, RequestKind.NEW_ADDRESS, now)
            address = connection.scalar(select(delivery.c.address).where(delivery.c.id == delivery_id))
            if reader is None or not address or connection.execute(_by_email(address)).one_or_none() is not None:
                return False
            try:
                with connection.begin_nested():
                    _move(connection, reader.id, address, now)
            except IntegrityError:  # at this moment another transaction stored the address
                return False
            lift_suppression(connection, secret, email_key(address))
            _plan_request(connection, reader.id, RequestKind.MOVED, _recipient(reader), notice, now, done_at=now)
        return True

    def to_erase(self) -> list[str]:
        """The addresses of readers who confirmed that they are to be erased, and are not yet."""
        accepted = reader_request.c.kind == RequestKind.ERASE, reader_request.c.done_at.is_not(None)
        with self._database.read() as connection:
            return list(connection.scalars(select(subscriber.c.email).distinct().join(reader_request).where(*accepted)))


def _by_email(email: str) -> Select[Any]:
    return select(subscriber).where(has_address(email))


def _recipient(reader: Row[Any]) -> SystemRecipient:
    """The reader, but not as the subscriber: they may get the same message twice a day."""
    return SystemRecipient(reader.email, reader.name)


def _is_open(delivery_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether the request of that delivery can still be used: not once its reader has another address.

    A button that is pressed again gives the file again, because the browser has dropped the first answer.
    """
    moved = reader_request.alias()
    moved_later = exists().where(
        moved.c.subscriber_id == reader_request.c.subscriber_id,
        moved.c.kind == RequestKind.MOVED,
        moved.c.delivery_id > delivery_id,
    )
    again = and_(reader_request.c.kind == RequestKind.EXPORT, reader_request.c.done_at > now - PRESSED_AGAIN)
    return and_(
        reader_request.c.delivery_id == delivery_id,
        reader_request.c.subscriber_id.is_not(None),
        or_(reader_request.c.done_at.is_(None), again),
        reader_request.c.asked_at > now - VALID,
        not_(moved_later),
    )


def _used_by(connection: Connection, delivery_id: int, kind: RequestKind, now: datetime) -> Row[Any] | None:
    """Use the link of that delivery: the row of its reader, locked before all others, or None."""
    usable = and_(_is_open(delivery_id, now), reader_request.c.kind == kind)
    subscriber_id = connection.scalar(select(reader_request.c.subscriber_id).where(usable))
    of_request = select(subscriber).where(subscriber.c.id == subscriber_id).with_for_update()
    reader = connection.execute(of_request).one_or_none()
    done_at = func.coalesce(reader_request.c.done_at, literal(now, reader_request.c.done_at.type))
    used = connection.execute(reader_request.update().where(usable).values(done_at=done_at))
    return reader if used.rowcount else None


def _plan_request(
    connection: Connection,
    subscriber_id: int,
    kind: RequestKind,
    recipient: SystemRecipient,
    message: SystemMessage,
    now: datetime,
    done_at: datetime | None = None,
) -> None:
    """Plan the message of a request, and store the request."""
    (delivery_id,) = plan_system_mail(connection, message, [recipient], now)
    added = {"subscriber_id": subscriber_id, "delivery_id": delivery_id, "kind": kind}
    connection.execute(reader_request.insert(), {**added, "asked_at": now, "done_at": done_at})


def _move(connection: Connection, subscriber_id: int, address: str, now: datetime) -> None:
    """Change the address, also of messages that were not begun; what a sender has claimed is released first.

    A confirmation that the former address was mailed and nobody used ends with it: it would subscribe the new one.
    """
    confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
    changed_at = case((confirmed, literal(now, subscriber.c.changed_at.type)), else_=subscriber.c.changed_at)
    values = {"email": address, "email_key": email_key(address), "changed_at": changed_at}
    former = select(subscriber.c.id, subscriber.c.email_key, literal(now, former_address.c.at.type))
    added = insert(connection, former_address).from_select(
        ["subscriber_id", "email_key", "at"], former.where(subscriber.c.id == subscriber_id)
    )
    connection.execute(added.on_conflict_do_nothing())
    connection.execute(subscriber.update().where(subscriber.c.id == subscriber_id).values(values))
    forget_bounces(connection, subscriber_id)
    unused = signup.c.confirmed_at.is_(None) & signup.c.refused_at.is_(None)
    connection.execute(signup.delete().where(signup.c.subscriber_id == subscriber_id, unused))
    of_reader = delivery.c.subscriber_id == subscriber_id
    move(connection, {DeliveryState.CLAIMED}, DeliveryState.PLANNED, of_reader)
    unsent = and_(of_reader, delivery.c.state.in_((DeliveryState.PLANNED, DeliveryState.DEFERRED)))
    connection.execute(delivery.update().where(unsent).values(address=address))
