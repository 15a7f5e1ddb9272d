"""The audience: who gets mail, what they chose, and who left by his own hand."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, not_, or_, select, type_coerce
from sqlalchemy import Text as TextType

from digest.model import DeliveryState, Subscriber, SubscriberStatus
from digest.store.database import Database
from digest.store.ledger import CHUNK, move
from digest.store.schema import LeftBy, delivery, insert, subscriber

ADDED, CHANGED, SAME, LEFT = "added", "changed", "same", "left"

_STATED = ("name", "language", "editions", "sections", "frequency", "timezone", "status")
_PAGE = 1_000
_LEFT_BY_READER = and_(
    subscriber.c.status == SubscriberStatus.UNSUBSCRIBED,
    func.coalesce(subscriber.c.left_by, LeftBy.OPERATOR) == LeftBy.READER,
)


class Subscribers:
    """Subscribers by address; the domain of an address is kept in lower case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, added: Subscriber, now: datetime) -> str:
        """Add or change one; `added`, `changed`, `same`, or `left`: a reader who left stays away. Raises StoreError."""
        (word,) = self.add_many([added], now)
        return word

    def add_many(self, batch: Sequence[Subscriber], now: datetime) -> Counter[str]:
        """Add or change many in one transaction; how often each of `add`'s words was the answer. Raises StoreError.

        What a row does not tell (`None`, or no sections) stays as it was.
        """
        words: Counter[str] = Counter()
        with self._database.write() as connection:
            for start in range(0, len(batch), CHUNK):
                words += _add_chunk(connection, batch[start : start + CHUNK], now)
        return words

    def list(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """All, or those of one status, by address, read page by page; raises StoreError."""
        last = ""
        while page := self._page(last, status):
            yield from map(_subscriber, page)
            last = page[-1].email

    def find(self, email: str) -> Subscriber | None:
        """The subscriber of that address; raises StoreError."""
        with self._database.read() as connection:
            row = connection.execute(select(subscriber).where(subscriber.c.email == address_key(email))).one_or_none()
        return None if row is None else _subscriber(row)

    def remove(self, email: str, by: str, now: datetime) -> bool:
        """End a subscription `by` operator or reader, and cancel what was not begun; false when nothing changed."""
        who = LeftBy(by)
        gone = {"status": SubscriberStatus.UNSUBSCRIBED, "left_by": who, "changed_at": now}
        stays = or_(subscriber.c.status != SubscriberStatus.UNSUBSCRIBED, subscriber.c.left_by.is_(None))
        if who is LeftBy.READER:  # his own word counts more than the operator's
            stays = not_(_LEFT_BY_READER)
        leaves = subscriber.update().where(subscriber.c.email == address_key(email), stays).values(gone)
        with self._database.write() as connection:
            subscriber_id = connection.scalar(leaves.returning(subscriber.c.id))
            if subscriber_id is None:
                return False
            waiting = {DeliveryState.PLANNED, DeliveryState.DEFERRED}
            move(connection, waiting, DeliveryState.CANCELLED, delivery.c.subscriber_id == subscriber_id)
        return True

    def audience(self, edition: str) -> int:
        """How many subscribers would get an issue of that edition now; raises StoreError."""
        counted = select(func.count()).select_from(subscriber)
        confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
        with self._database.read() as connection:
            return connection.execute(counted.where(confirmed, belongs_to(edition))).scalar_one()

    def _page(self, last: str, status: SubscriberStatus | None) -> Sequence[Row[Any]]:
        wanted = select(subscriber).where(subscriber.c.email > last).order_by(subscriber.c.email).limit(_PAGE)
        if status is not None:
            wanted = wanted.where(subscriber.c.status == status)
        with self._database.read() as connection:
            return connection.execute(wanted).all()


def address_key(email: str) -> str:
    """The address as it is kept: its domain in lower case."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def belongs_to(edition: str) -> ColumnElement[bool]:
    """Whether a subscriber's row belongs to the edition: it names the edition, or none at all."""
    listed = type_coerce(subscriber.c.editions, TextType)
    quoted = json.dumps(edition, ensure_ascii=False)
    # A text without the quoted name shrinks by nothing; LIKE would not tell capitals apart on SQLite.
    return or_(listed == "[]", func.replace(listed, quoted, "") != listed)


def _add_chunk(connection: Connection, batch: Sequence[Subscriber], now: datetime) -> Counter[str]:
    emails = sorted({address_key(one.email) for one in batch})
    # Locked in the order of the addresses, so that two imports never wait for each other.
    found = select(subscriber).where(subscriber.c.email.in_(emails)).order_by(subscriber.c.email).with_for_update()
    before = {row["email"]: dict(row) for row in connection.execute(found).mappings()}
    after: dict[str, dict[str, Any]] = {}
    words: Counter[str] = Counter()
    for one in batch:
        email = address_key(one.email)
        word, state = _told(after.get(email, before.get(email)), one)
        words[word] += 1
        if word in {ADDED, CHANGED}:
            after[email] = {"email": email, "left_by": None, **state}
    _store(connection, [after[email] for email in emails if email in after], before.keys(), now)
    return words


def _told(known: Mapping[str, Any] | None, one: Subscriber) -> tuple[str, dict[str, Any]]:
    stated = {name: getattr(one, name) for name in _STATED}
    if known is None:
        return ADDED, stated
    if known["left_by"] == LeftBy.READER:
        return LEFT, {}
    untold = [name for name, value in stated.items() if value is None or (name == "sections" and not value)]
    stated |= {name: known[name] for name in untold}
    return (SAME if all(known[name] == stated[name] for name in _STATED) else CHANGED), stated


def _store(connection: Connection, rows: Sequence[dict[str, Any]], known: Any, now: datetime) -> None:
    fresh = [row | {"created_at": now, "changed_at": now} for row in rows if row["email"] not in known]
    if fresh:
        connection.execute(insert(connection, subscriber).on_conflict_do_nothing(), fresh)
    changed = [row | {"row_email": row["email"], "changed_at": now} for row in rows if row["email"] in known]
    if changed:
        same = subscriber.c.email == bindparam("row_email")
        connection.execute(subscriber.update().where(same, not_(_LEFT_BY_READER)), changed)


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(email=row.email, **{name: getattr(row, name) for name in _STATED})
