"""The subscribers: who gets mail, what they chose, and who unsubscribed."""

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
from digest.store.row_values import values_table
from digest.store.schema import LeftBy, TextList, delivery, insert, subscriber
from digest.store.transitions import CHUNK, move

ADDED, CHANGED, SAME, LEFT = "added", "changed", "same", "left"

_FIELDS = ("name", "language", "editions", "sections", "frequency", "timezone", "status")
# An import reads and writes stored values: converting a million rows to objects would take most of its time.
_COLUMNS = {name: TextType() for name in ("email", *_FIELDS, "left_by")}
_STORED_COLUMNS = [type_coerce(subscriber.c[name], kind).label(name) for name, kind in _COLUMNS.items()]
_StoredValues = tuple[str | None, ...]  # of _FIELDS and left_by
_UNSTATED: _StoredValues = (None, None, None, "[]", None, None, None)  # no editions means every edition
_CACHED_LISTS = 1_024  # different lists of editions or sections whose JSON is cached
_PAGE = 1_000
_LEFT_BY_READER = and_(
    subscriber.c.status == SubscriberStatus.UNSUBSCRIBED,
    func.coalesce(subscriber.c.left_by, LeftBy.OPERATOR) == LeftBy.READER,
)


class Subscribers:
    """Subscribers by address; the domain of an address is stored in lower case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, added: Subscriber, now: datetime) -> str:
        """Add or change one: `added`, `changed`, `same`, or `left` (a reader who unsubscribed). Raises StoreError."""
        (result,) = self.add_many([added], now)
        return result

    def add_many(self, batch: Sequence[Subscriber], now: datetime) -> Counter[str]:
        """Add or change many in one transaction; the number of each of `add`'s results. Raises StoreError.

        A field that a row leaves out (`None`, or no sections) stays as it was.
        """
        results: Counter[str] = Counter()
        with self._database.write() as connection:
            for start in range(0, len(batch), CHUNK):
                results += _add_chunk(connection, batch[start : start + CHUNK], now)
            failpoints.reach("store.before_import_commit")
        failpoints.reach("store.after_import")
        return results

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
        unsubscribed = {"status": SubscriberStatus.UNSUBSCRIBED, "left_by": who, "changed_at": now}
        changes = or_(subscriber.c.status != SubscriberStatus.UNSUBSCRIBED, subscriber.c.left_by.is_(None))
        if who is LeftBy.READER:  # also after the operator removed them: from now on no import brings them back
            changes = not_(_LEFT_BY_READER)
        update = subscriber.update().where(subscriber.c.email == address_key(email), changes).values(unsubscribed)
        with self._database.write() as connection:
            subscriber_id = connection.scalar(update.returning(subscriber.c.id))
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
        page = select(subscriber).where(subscriber.c.email > last).order_by(subscriber.c.email).limit(_PAGE)
        if status is not None:
            page = page.where(subscriber.c.status == status)
        with self._database.read() as connection:
            return connection.execute(page).all()


def address_key(email: str) -> str:
    """The address as it is stored: its domain in lower case."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def belongs_to(edition: str) -> ColumnElement[bool]:
    """Whether a subscriber's row belongs to the edition: it names the edition, or none at all."""
    listed = type_coerce(subscriber.c.editions, TextType)
    quoted = json.dumps(edition, ensure_ascii=False)
    # Not LIKE, which ignores case on SQLite.
    return or_(listed == "[]", func.replace(listed, quoted, "") != listed)


def _add_chunk(connection: Connection, batch: Sequence[Subscriber], now: datetime) -> Counter[str]:
    stated = [(address_key(one.email), _stored_values(one)) for one in batch]
    emails = sorted({email for email, _values in stated})
    # Locked in the order of the addresses, so that two imports never deadlock.
    found = select(*_STORED_COLUMNS).where(subscriber.c.email.in_(emails)).order_by(subscriber.c.email)
    before = {row[0]: tuple(row[1:]) for row in connection.execute(found.with_for_update())}
    after: dict[str, _StoredValues] = {}
    results: Counter[str] = Counter()
    for email, values in stated:
        result, merged = _merged(after.get(email) or before.get(email), values)
        results[result] += 1
        if result in {ADDED, CHANGED}:
            after[email] = merged
    _store(connection, [(email, *after[email]) for email in emails if email in after], before.keys(), now)
    return results


def _stored_values(one: Subscriber) -> _StoredValues:
    lists = _json_list(one.editions), _json_list(one.sections)
    return one.name, one.language, *lists, one.frequency, one.timezone, one.status.value, None


@lru_cache(_CACHED_LISTS)
def _json_list(items: tuple[str, ...]) -> str:
    return TextList.write(items)


def _merged(known: _StoredValues | None, stated: _StoredValues) -> tuple[str, _StoredValues]:
    """What the stated values do to the known row, and its values afterwards."""
    if known is None:
        return ADDED, stated
    if known == stated:
        return SAME, known
    if known[-1] == LeftBy.READER:
        return LEFT, known
    merged = [
        old if new is None or new == unstated else new
        for old, new, unstated in zip(known, stated, _UNSTATED, strict=False)
    ]
    return (SAME if merged == list(known[:-1]) else CHANGED), (*merged, None)


def _store(connection: Connection, rows: Sequence[tuple[Any, ...]], known: Collection[str], now: datetime) -> None:
    added = [row for row in rows if row[0] not in known]
    if added:
        moment = literal(now, subscriber.c.created_at.type)
        values = select(values_table(connection, _COLUMNS, added), moment, moment).where(true())
        names = [*_COLUMNS, "created_at", "changed_at"]
        connection.execute(insert(connection, subscriber).from_select(names, values).on_conflict_do_nothing())
    changed = [row for row in rows if row[0] in known]
    if changed:
        listed = values_table(connection, _COLUMNS, changed)
        values_of = {name: listed.c[name] for name in _COLUMNS if name != "email"}
        same = and_(subscriber.c.email == listed.c.email, not_(_LEFT_BY_READER))
        connection.execute(subscriber.update().where(same).values(**values_of, changed_at=now))


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(email=row.email, **{name: getattr(row, name) for name in _FIELDS})
