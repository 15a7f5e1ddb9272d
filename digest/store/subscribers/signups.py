"""Sign-ups: asked for on a page, confirmed by a link in a message, with limits that survive a restart."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.model.users import AuditEntry
from digest.model.web import SignupRecord, SignupRequest
from digest.parsing.addresses import email_key
from digest.store.access.audit import record_audit
from digest.store.access.mail_limits import Asked, Counted, refuse_mail, within_limits
from digest.store.engine.database import Database
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.subscribers.subscription_ends import end_subscription, forget_bounces
from digest.store.subscribers.suppression import lift_suppression
from digest.store.tables.schema import has_address, insert, subscriber
from digest.store.tables.web_schema import SIGNUP_RECORD, signup
from digest.subscribers.preferences import joined_editions

VALID = timedelta(days=7)  # how long a confirmation can be used


class Signups:
    """Sign-ups and requests for links; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self,
        wanted: SignupRequest,
        message: SystemMessage,
        now: datetime,
        entry: AuditEntry | None = None,
    ) -> Asked:
        """Store a sign-up and plan its confirmation, within the limits; `entry` is written with the reader's id."""

        def plan(connection: Connection) -> Asked:
            row = _pending(connection, wanted, now)
            # Not planned for the subscriber: one who is unsubscribed or suppressed may confirm again.
            (delivery_id,) = plan_system_mail(connection, message, [SystemRecipient(row.email)], now)
            added = {
                "subscriber_id": row.id,
                "delivery_id": delivery_id,
                "asked_at": now,
                "editions": wanted.editions,
                "language": wanted.language,
                "consents": wanted.consents,
                "consented_at": wanted.consented_at,
                "network": wanted.network_key,
                "origin": wanted.origin,
            }
            connection.execute(signup.insert(), added)
            record_audit(connection, entry and replace(entry, reader_id=row.id))
            return Asked.MAILED

        return within_limits(self._database, _counted("confirmation", wanted), plan, now)

    def ask_link(self, wanted: SignupRequest, message: SystemMessage, now: datetime) -> Asked:
        """Plan a message with the links of a confirmed reader, within the limits."""

        def plan(connection: Connection) -> Asked:
            confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
            known = select(subscriber).where(has_address(wanted.email), confirmed)
            row = connection.execute(known).one_or_none()
            if row is None:
                # As much work as for a reader: the time of the answer must not tell who is one.
                with connection.begin_nested() as undone:
                    plan_system_mail(connection, message, [SystemRecipient(wanted.email)], now)
                    undone.rollback()
                return Asked.ENOUGH
            recipient = SystemRecipient(row.email, row.name, row.id)
            return Asked.MAILED if plan_system_mail(connection, message, [recipient], now) else Asked.ENOUGH

        return within_limits(self._database, _counted("link", wanted), plan, now)

    def find(self, delivery_id: int) -> SignupRecord | None:
        """The sign-up whose confirmation is that delivery."""
        with self._database.read() as connection:
            row = connection.execute(_SIGNUPS.where(signup.c.delivery_id == delivery_id)).one_or_none()
        return None if row is None else SignupRecord(**row._asdict())

    def of_address(self, email: str) -> list[SignupRecord]:
        """The sign-ups of an address, the first one first."""
        of_email = _SIGNUPS.where(has_address(email)).order_by(signup.c.id)
        with self._database.read() as connection:
            return [SignupRecord(**row._asdict()) for row in connection.execute(of_email)]

    def confirm(self, delivery_id: int, now: datetime, languages: Mapping[str, str] = MappingProxyType({})) -> bool:
        """Subscribe the reader who was asked by that delivery; false for one that is used, refused or too old.

        `languages` are those of all editions, by name: readers who chose none get those in theirs.
        """
        usable = signup.update().where(
            signup.c.delivery_id == delivery_id,
            signup.c.confirmed_at.is_(None),
            signup.c.refused_at.is_(None),
            signup.c.asked_at > now - VALID,
        )
        confirmed = usable.values(confirmed_at=now)
        secret = self._database.secret()
        with self._database.write() as connection:
            used = connection.execute(confirmed.returning(signup.c.subscriber_id, signup.c.editions, signup.c.language))
            row = used.one_or_none()
            if row is not None:
                lift_suppression(connection, secret, _subscribe(connection, row, languages, now))
        return row is not None

    def refuse(self, delivery_id: int, address_key: str, now: datetime) -> bool:
        """End a sign-up that the reader did not ask for, and let nobody ask again for 30 days; false if it was used."""
        open_ones = signup.c.confirmed_at.is_(None) & signup.c.refused_at.is_(None)
        refused = signup.update().where(signup.c.delivery_id == delivery_id, open_ones).values(refused_at=now)
        with self._database.write() as connection:
            subscriber_id = connection.scalar(refused.returning(signup.c.subscriber_id))
            if subscriber_id is None:
                return False
            refuse_mail(connection, address_key, now)
            pending = subscriber.c.status == SubscriberStatus.PENDING
            end_subscription(connection, (subscriber.c.id == subscriber_id) & pending, LeftBy.READER, now)
        return True


def _counted(purpose: str, wanted: SignupRequest) -> Counted:
    return Counted(purpose, wanted.network_key, wanted.address_key, wanted.form_key)


def _pending(connection: Connection, wanted: SignupRequest, now: datetime) -> Row[Any]:
    """The subscriber's row, added as pending if the address is new."""
    key = email_key(wanted.email)
    added = {
        "email": wanted.email,
        "email_key": key,
        "name": wanted.name,
        "language": wanted.language,
        "editions": wanted.editions,
        "sections": (),
        "status": SubscriberStatus.PENDING,
        "created_at": now,
        "changed_at": now,
    }
    connection.execute(insert(connection, subscriber).on_conflict_do_nothing(), added)
    return connection.execute(select(subscriber).where(subscriber.c.email_key == key)).one()


def _subscribe(connection: Connection, wanted: Row[Any], languages: Mapping[str, str], now: datetime) -> str:
    """Confirm the subscriber with the editions that they asked for, and those that they have already; their key.

    A pause of theirs ends, because they want mail now. A reader who was imported to be asked has chosen nothing
    themselves: what the list states stays.
    """
    this = subscriber.c.id == wanted.subscriber_id
    known = connection.execute(select(subscriber).where(this).with_for_update()).one()
    is_pending = known.status is SubscriberStatus.PENDING
    editions = wanted.editions
    if known.status is SubscriberStatus.CONFIRMED or (is_pending and not editions):
        editions = joined_editions(known.editions, known.language, editions, wanted.language, languages)
    values = {
        "status": SubscriberStatus.CONFIRMED,
        "left_by": None,
        "language": wanted.language,
        "editions": editions,
        "paused_until": known.paused_until if is_pending else None,
        "changed_at": now,
    }
    connection.execute(subscriber.update().where(this).values(values))
    if known.status is SubscriberStatus.SUPPRESSED:
        forget_bounces(connection, known.id)
    key: str = known.email_key
    return key


_SIGNUPS = select(subscriber.c.email, *SIGNUP_RECORD).join_from(signup, subscriber)
