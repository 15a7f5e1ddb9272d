"""Readers of an imported list who are asked to confirm: each gets one message, at a pace of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from digest.model.issues import Slot
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.addresses import email_key
from digest.store.access.mail_limits import is_refused
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.engine.locks import Lock, hold
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.subscribers.signups import VALID
from digest.store.tables.schema import delivery, subscriber
from digest.store.tables.web_schema import signup

MESSAGES_PER_MINUTE = 10  # mailbox providers distrust a domain that asks a whole list at once
MESSAGES_PER_HOUR = 60 * MESSAGES_PER_MINUTE
ORIGIN = "import"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What asking needs of the web pages: the message of a language and day, and the hash that counts an address.

    `day_of`: the day of a moment in the portal's zone; `language`: of readers who chose none.
    """

    message: Callable[[str, Slot], SystemMessage]
    address_key: Callable[[str], str]
    day_of: Callable[[datetime], Slot]
    language: str


class Invitations:
    """Asks imported readers; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def as_pending(self, people: Sequence[Subscriber]) -> list[Subscriber]:
        """The rows, where those that state a subscription are pending unless their reader has confirmed already."""
        confirmed: set[str] = set()
        keys = [email_key(one.email) for one in people if one.status is SubscriberStatus.CONFIRMED]
        with self._database.read() as connection:
            for chunk in chunks(keys):
                known = subscriber.c.email_key.in_(chunk)
                is_confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
                confirmed.update(connection.scalars(select(subscriber.c.email_key).where(known, is_confirmed)))
        return [_pending_unless(one, confirmed) for one in people]

    def ask(self, people: Sequence[Subscriber], invitation: Invitation, now: datetime) -> int:
        """Plan the message for those who are pending and were not asked, or refused to be, lately; how many they are.

        The first goes out after the last one that is planned already.
        """
        with self._database.write() as connection:
            hold(connection, Lock.INVITING)
            pending = _pending_rows(connection, people, now)
            waiting = [row for row in pending if not is_refused(connection, invitation.address_key(row.email), now)]
            last = _latest_due(connection)
            start = now if last is None else max(now, last + _MINUTE)
            for minute, first in enumerate(range(0, len(waiting), MESSAGES_PER_MINUTE)):
                _plan_minute(
                    connection, waiting[first : first + MESSAGES_PER_MINUTE], invitation, start + minute * _MINUTE
                )
        return len(waiting)

    def last_due(self) -> datetime | None:
        """When the last of the messages goes out, None where none was planned."""
        with self._database.read() as connection:
            return _latest_due(connection)


def _pending_unless(one: Subscriber, confirmed: set[str]) -> Subscriber:
    if one.status is not SubscriberStatus.CONFIRMED or email_key(one.email) in confirmed:
        return one
    return replace(one, status=SubscriberStatus.PENDING)


def _pending_rows(connection: Connection, people: Sequence[Subscriber], now: datetime) -> Iterator[Row[Any]]:
    """The rows of those who are pending, without those who can still use a message that they got."""
    keys = dict.fromkeys(email_key(one.email) for one in people)
    recent = select(signup.c.id).where(signup.c.subscriber_id == subscriber.c.id, signup.c.asked_at > now - VALID)
    for chunk in chunks(keys):
        chosen = subscriber.c.email_key.in_(chunk)
        pending = and_(subscriber.c.status == SubscriberStatus.PENDING, ~recent.exists())
        yield from connection.execute(select(subscriber).where(chosen, pending).order_by(subscriber.c.id))


def _latest_due(connection: Connection) -> datetime | None:
    latest: datetime | None = connection.scalar(select(func.max(signup.c.asked_at)).where(signup.c.origin == ORIGIN))
    return latest


def _plan_minute(connection: Connection, rows: Sequence[Row[Any]], invitation: Invitation, due: datetime) -> None:
    """Plan the messages of one minute; those of one language are of one system issue."""
    day = invitation.day_of(due)
    for language, group in groupby(sorted(rows, key=_chosen_language), key=_chosen_language):
        chosen = language or invitation.language
        by_address = {row.email: row for row in group}
        recipients = [SystemRecipient(row.email, row.name, row.id) for row in by_address.values()]
        planned = plan_system_mail(connection, invitation.message(chosen, day), recipients, due)
        added = connection.execute(select(delivery.c.id, delivery.c.address).where(delivery.c.id.in_(planned)))
        for delivery_id, address in added.all():
            connection.execute(signup.insert(), _signup(by_address[address], delivery_id, chosen, due))


def _chosen_language(row: Row[Any]) -> str:
    return row.language or ""


def _signup(row: Row[Any], delivery_id: int, language: str, due: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": row.id,
        "delivery_id": delivery_id,
        "asked_at": due,
        "editions": row.editions,
        "language": language,
        "consents": (),
        "network": "",
        "origin": ORIGIN,
    }
