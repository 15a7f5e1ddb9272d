"""The audience: who gets mail, what they chose, and who left by his own hand."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, not_, or_, select, true, type_coerce
from sqlalchemy import Text as TextType

from digest import failpoints
from digest.model.deliveries import DeliveryState
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.database import Database
from digest.store.row_values import told
from digest.store.schema import LeftBy, TextList, delivery, insert, subscriber
from digest.store.transitions import CHUNK, move

ADDED, CHANGED, SAME, LEFT = "added", "changed", "same", "left"

_STATED = ("name", "language", "editions", "sections", "frequency", "timezone", "status")
# What an import reads and writes, as the database keeps it: objects for a million rows would take most of its time.
_COLUMNS = {name: TextType() for name in ("email", *_STATED, "left_by")}
_KEPT = [type_coerce(subscriber.c[name], kind).label(name) for name, kind in _COLUMNS.items()]
_Kept = tuple[str | None, ...]
_LISTS = 1_024  # different lists of editions or sections that are remembered as written
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
            failpoints.reach("store.before_import_commit")
        failpoints.reach("store.after_import")
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
    told_by = [(address_key(one.email), _stated(one)) for one in batch]
    emails = sorted({email for email, _stated in told_by})
    # Locked in the order of the addresses, so that two imports never wait for each other.
    found = select(*_KEPT).where(subscriber.c.email.in_(emails)).order_by(subscriber.c.email).with_for_update()
    before = {row[0]: tuple(row[1:]) for row in connection.execute(found)}
    after: dict[str, _Kept] = {}
    words: Counter[str] = Counter()
    for email, stated in told_by:
        word, kept = _told(after.get(email) or before.get(email), stated)
        words[word] += 1
        if word in {ADDED, CHANGED}:
            after[email] = kept
    _store(connection, [(email, *after[email]) for email in emails if email in after], before.keys(), now)
    return words


def _stated(one: Subscriber) -> _Kept:
    """What a row tells, as the columns keep it; `left_by` ends it."""
    lists = _listed(one.editions), _listed(one.sections)
    return one.name, one.language, *lists, one.frequency, one.timezone, one.status.value, None


@lru_cache(_LISTS)
def _listed(items: tuple[str, ...]) -> str:
    return TextList.write(items)


def _told(known: _Kept | None, stated: _Kept) -> tuple[str, _Kept]:
    if known is None:
        return ADDED, stated
    if known == stated:
        return SAME, known
    if known[-1] == LeftBy.READER:
        return LEFT, known
    untold = (None, None, None, "[]", None, None, None)  # in the order of the columns
    merged = [old if new is None or new == none else new for old, new, none in zip(known, stated, untold, strict=False)]
    return (SAME if merged == list(known[:-1]) else CHANGED), (*merged, None)


def _store(connection: Connection, rows: Sequence[tuple[Any, ...]], known: Collection[str], now: datetime) -> None:
    fresh = [row for row in rows if row[0] not in known]
    if fresh:
        moment = literal(now, subscriber.c.created_at.type)
        new = select(told(connection, _COLUMNS, fresh), moment, moment).where(true())
        names = [*_COLUMNS, "created_at", "changed_at"]
        connection.execute(insert(connection, subscriber).from_select(names, new).on_conflict_do_nothing())
    changed = [row for row in rows if row[0] in known]
    if changed:
        says = told(connection, _COLUMNS, changed)
        values = {name: says.c[name] for name in _COLUMNS if name != "email"}
        same = and_(subscriber.c.email == says.c.email, not_(_LEFT_BY_READER))
        connection.execute(subscriber.update().where(same).values(**values, changed_at=now))


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(email=row.email, **{name: getattr(row, name) for name in _STATED})
