"""Everything that is stored about one reader: for their copy, and to erase it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, FromClause, and_, func, select

from digest import failpoints
from digest.model.deliveries import DeliveryState
from digest.model.subscribers import LeftBy
from digest.model.users import AuditEntry
from digest.parsing.addresses import email_key
from digest.store.access.audit import record_audit
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.engine.sqlite_engine import overwrite_deleted
from digest.store.ledger.folding import folded_before
from digest.store.ledger.transitions import is_sending, lock, move
from digest.store.subscribers.import_drafts import delete_drafts_with
from digest.store.subscribers.import_jobs import is_in_running_import
from digest.store.subscribers.subscription_ends import UNSENT, end_subscription
from digest.store.subscribers.suppression import add_suppression, left_in_files, mark_overwritten, suppressed_keys
from digest.store.tables.schema import EDITION_OR_PURPOSE, bounce, delivery, issue, subscriber
from digest.store.tables.web_schema import (
    SIGNUP_RECORD,
    consent_note,
    former_address,
    leave_reason,
    reader_request,
    signup,
)

_S = DeliveryState
_Row = Mapping[str, Any]
_ERASED: _Row = {"address": "", "name": None, "subscriber_id": None, "smtp_text": None}
_SUBSCRIBER = (
    *("email", "name", "language", "editions", "sections", "frequency", "timezone", "hour", "paused_until"),
    *("status", "left_by", "suppressed_from", "editions_chosen_at", "created_at", "changed_at"),
)
_REQUEST = ("kind", "asked_at", "done_at")
_DELIVERY = (
    *("address", "name", "state", "due_at", "tries", "first_attempt_at", "last_attempt_at", "bounced_at"),
    *("smtp_code", "enhanced_code", "smtp_text"),
)
_BOUNCE = ("at", "address", "report_class", "status", "text")


class Erasure(Enum):
    """What became of a request to erase a reader."""

    ERASED = auto()
    IN_FLIGHT = auto()  # a message to them is being sent, or a list with them imported; nothing was erased
    ERASED_BEFORE = auto()
    UNKNOWN = auto()


class ReaderData:
    """The rows of one reader by address; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def export(self, email: str) -> dict[str, Any] | None:
        """The rows about that address by table, without what is Digest's own; None where there is none."""
        key = email_key(email)
        with self._database.read() as connection:
            subscriber_id, ids = _ids(connection, key)
            if subscriber_id is None and not ids:
                return None
            of_reader = subscriber.c.id == subscriber_id
            sent = (
                select(EDITION_OR_PURPOSE, issue.c.slot, *_columns(delivery, _DELIVERY))
                .join_from(delivery, issue)
                .order_by(delivery.c.id)
            )
            returned = select(*_columns(bounce, _BOUNCE)).order_by(bounce.c.id)
            requested = select(*SIGNUP_RECORD).where(signup.c.subscriber_id == subscriber_id)
            requests = select(*_columns(reader_request, _REQUEST)).where(
                reader_request.c.subscriber_id == subscriber_id
            )
            reasons = select(leave_reason.c.at, leave_reason.c.reason).where(
                leave_reason.c.subscriber_id == subscriber_id
            )
            notes = select(consent_note.c.at, consent_note.c.text).where(consent_note.c.subscriber_id == subscriber_id)
            former = select(former_address.c.email_key.label("address"), former_address.c.at.label("until")).where(
                former_address.c.subscriber_id == subscriber_id
            )
            row = connection.execute(select(*_columns(subscriber, _SUBSCRIBER)).where(of_reader)).mappings()
            return {
                "subscriber": next(map(dict, row), None),
                "former_addresses": _rows(connection, [former.order_by(former_address.c.at)]),
                "signups": _rows(connection, [requested.order_by(signup.c.id)]),
                "consent_notes": _rows(connection, [notes.order_by(consent_note.c.id)]),
                "leave_reasons": _rows(connection, [reasons]),
                "requests": _rows(connection, [requests.order_by(reader_request.c.id)]),
                "deliveries": _rows(connection, (sent.where(delivery.c.id.in_(some)) for some in chunks(ids))),
                "bounces": _rows(connection, (returned.where(bounce.c.delivery_id.in_(some)) for some in chunks(ids))),
                "folded_before": folded_before(connection),
            }

    def cancel(self, email: str, now: datetime) -> None:
        """End the subscription, and cancel every message to the reader that was not begun."""
        key = email_key(email)
        with self._database.write() as connection:
            end_subscription(connection, subscriber.c.email_key == key, LeftBy.READER, now)
            _cancel(connection, _ids(connection, key)[1])

    def erase(self, email: str, now: datetime, entry: AuditEntry | None = None) -> Erasure:
        """Delete the reader, in one transaction; the rows of the ledger stay, without address and name.

        A message whose sender let its lease end counts as unknown.
        """
        key, secret = email_key(email), self._database.secret()
        with self._database.write(outlives_power=True) as connection:
            overwrite_deleted(connection)
            # Subscribers are locked before deliveries, as wherever a subscription ends.
            connection.execute(select(subscriber.c.id).where(subscriber.c.email_key == key).with_for_update())
            subscriber_id, ids = _ids(connection, key)
            delete_drafts_with(connection, key)
            if is_in_running_import(connection, key):
                return Erasure.IN_FLIGHT
            if subscriber_id is None and not ids:
                erased = suppressed_keys(connection, secret, [key])
                return Erasure.ERASED_BEFORE if erased else Erasure.UNKNOWN
            lock(connection, ids)
            _cancel(connection, ids)
            if _in_flight(connection, ids, now):
                return Erasure.IN_FLIGHT
            _delete(connection, key, subscriber_id, ids)
            add_suppression(connection, secret, key, now)
            record_audit(connection, entry)
            failpoints.reach("store.before_erase_commit")
        return Erasure.ERASED

    def overwrite_erased(self, now: datetime) -> bool:
        """Leave nothing of erased readers in the database's files; false where nothing is left, or while mail is sent.

        StoreUnavailableError: another process uses the database.
        """
        with self._database.read() as connection:
            erased = left_in_files(connection)
            if is_sending(connection):
                return False
        if not erased:
            return False
        self._database.compact()
        with self._database.write() as connection:
            mark_overwritten(connection, erased, now)
        return True


def _ids(connection: Connection, key: str) -> tuple[int | None, list[int]]:
    """The subscriber's id, and those of all deliveries to them, system mail included."""
    known = connection.execute(
        select(subscriber.c.id, subscriber.c.email).where(subscriber.c.email_key == key)
    ).one_or_none()
    addresses = _spellings(key if known is None else known.email, key)
    has_address = func.lower(delivery.c.address).in_(addresses)
    former = select(former_address.c.subscriber_id).where(former_address.c.email_key.in_(addresses))
    # A query for each, because with OR the database would read the whole ledger.
    conditions = [
        and_(delivery.c.subscriber_id.is_(None), has_address),
        and_(delivery.c.subscriber_id.in_(former), has_address),
    ]
    if known is not None:
        conditions += [
            delivery.c.subscriber_id == known.id,
            delivery.c.id.in_(select(signup.c.delivery_id).where(signup.c.subscriber_id == known.id)),
            delivery.c.id.in_(select(reader_request.c.delivery_id).where(reader_request.c.subscriber_id == known.id)),
        ]
    ids = {one for which in conditions for one in connection.scalars(select(delivery.c.id).where(which))}
    return (None if known is None else known.id), sorted(ids)


def _spellings(*addresses: str) -> list[str]:
    """The addresses as either database may write them in lower case: SQLite changes ASCII only."""
    ascii_only = (re.sub("[A-Z]", lambda letter: letter[0].lower(), one) for one in addresses)
    return sorted({*ascii_only, *(one.lower() for one in addresses), *addresses})


def _cancel(connection: Connection, ids: Sequence[int]) -> None:
    for some in chunks(ids):
        move(connection, UNSENT, _S.CANCELLED, delivery.c.id.in_(some))


def _in_flight(connection: Connection, ids: Sequence[int], now: datetime) -> bool:
    """Whether a live sender is sending any of these; what a dead one left becomes unknown."""
    found = 0
    for some in chunks(ids):
        these = delivery.c.id.in_(some)
        move(connection, {_S.SENDING}, _S.UNKNOWN, and_(these, delivery.c.claim_expires < now))
        found += connection.scalar(select(func.count()).where(these, delivery.c.state == _S.SENDING)) or 0
    return found > 0


def _delete(connection: Connection, key: str, subscriber_id: int | None, ids: Sequence[int]) -> None:
    connection.execute(signup.delete().where(signup.c.subscriber_id == subscriber_id))
    connection.execute(consent_note.delete().where(consent_note.c.subscriber_id == subscriber_id))
    connection.execute(leave_reason.delete().where(leave_reason.c.subscriber_id == subscriber_id))
    connection.execute(former_address.delete().where(former_address.c.email_key.in_(_spellings(key))))
    connection.execute(reader_request.delete().where(reader_request.c.subscriber_id == subscriber_id))
    # Also in reports about others, whose mail is forwarded to this reader.
    connection.execute(bounce.delete().where(func.lower(bounce.c.address) == key))
    naming = func.lower(bounce.c.text).contains(key, autoescape=True)
    connection.execute(bounce.update().where(naming).values(text=""))
    for some in chunks(ids):
        connection.execute(bounce.delete().where(bounce.c.delivery_id.in_(some)))
        connection.execute(delivery.update().where(delivery.c.id.in_(some)).values(_ERASED))
    connection.execute(subscriber.delete().where(subscriber.c.id == subscriber_id))


def _rows(connection: Connection, queries: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(row) for query in queries for row in connection.execute(query).mappings()]


def _columns(table: FromClause, names: Sequence[str]) -> list[Any]:
    return [table.c[name] for name in names]
