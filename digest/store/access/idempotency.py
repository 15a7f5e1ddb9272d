"""Requests that a client may repeat: what was answered to an Idempotency-Key is answered again for 24 hours."""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, select

from digest.store.engine.database import Database
from digest.store.tables.api_schema import idempotent_request
from digest.store.tables.schema import insert
from digest.store.upkeep.expiry import Expiry, purge

KEPT = timedelta(hours=24)
LONGEST_WORK = timedelta(minutes=1)  # later an attempt without an answer counts as dead
EXPIRED = Expiry("answers to requests", idempotent_request, lambda now: idempotent_request.c.begun_at <= now - KEPT)


class KeyedRequest(NamedTuple):
    """A request with a key: the caller's token, and hashes of the key and of what is asked for."""

    token_id: int
    key_hash: bytes
    request_hash: bytes


class StoredAnswer(NamedTuple):
    """The answer to a request: its status and its JSON."""

    status: int
    body: str


class Unanswered(Enum):
    """Why there is no answer to repeat."""

    NEW = auto()  # the caller has to answer it now
    RUNNING = auto()  # another attempt is being answered
    OTHER_REQUEST = auto()  # the key was used for something else


class Idempotency:
    """The requests by token and key; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, request: KeyedRequest, now: datetime) -> StoredAnswer | Unanswered:
        """Store a new request; returns the answer that it got before, or who answers it."""
        added = {**request._asdict(), "begun_at": now}
        with self._database.write() as connection:
            purge(connection, EXPIRED, now)
            inserted = insert(connection, idempotent_request).on_conflict_do_nothing()
            if connection.scalar(inserted.returning(idempotent_request.c.token_id), added) is not None:
                return Unanswered.NEW
            stored = select(idempotent_request).where(_same(request)).with_for_update()
            known = connection.execute(stored).one_or_none()
            if known is None:
                return Unanswered.RUNNING  # an attempt failed at this moment
            outcome = _known(known, request, now)
            if outcome is Unanswered.NEW:
                connection.execute(idempotent_request.update().where(_same(request)).values(begun_at=now))
            return outcome

    def finish(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        """Store the answer."""
        with self._database.write() as connection:
            connection.execute(idempotent_request.update().where(_same(request)).values(answer._asdict()))

    def forget(self, request: KeyedRequest) -> None:
        """Forget a request that failed: the same key may be used again."""
        with self._database.write() as connection:
            connection.execute(idempotent_request.delete().where(_same(request)))


def _known(known: Row[Any], request: KeyedRequest, now: datetime) -> StoredAnswer | Unanswered:
    if bytes(known.request_hash) != request.request_hash:
        return Unanswered.OTHER_REQUEST
    if known.status is not None:
        return StoredAnswer(known.status, known.body)
    return Unanswered.RUNNING if known.begun_at > now - LONGEST_WORK else Unanswered.NEW


def _same(request: KeyedRequest) -> ColumnElement[bool]:
    return and_(idempotent_request.c.token_id == request.token_id, idempotent_request.c.key_hash == request.key_hash)
