"""The readers for the console: in pages, by a part of the address, and as numbers that are quick for a million."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from digest.model.readers import Growth, Reader, ReaderFilter, ReaderRecord
from digest.model.subscribers import LEFT, LeftBy, SubscriberStatus
from digest.store.engine.database import Database
from digest.store.issues.audiences import belongs_to
from digest.store.subscribers.reader_record import read_record
from digest.store.subscribers.subscribers import subscriber_of
from digest.store.tables.count_schema import subscriber_count
from digest.store.tables.schema import NOT_CONFIRMED, has_address, subscriber

_KEY = subscriber.c.email_key


class Readers:
    """The readers by the ids of their rows; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: ReaderFilter, offset: int, limit: int) -> list[Reader]:
        """Some of them: those of a search by address, those who are not confirmed as they changed, others by age."""
        with self._database.read() as connection:
            rows = connection.execute(_query(wanted, self._database.is_sqlite).offset(offset).limit(limit))
            return list(map(reader_of, rows))

    def count(self, wanted: ReaderFilter, most: int) -> int:
        """How many there are, counted up to one more than `most`: a search reads every row until then."""
        rows = _query(wanted, self._database.is_sqlite).order_by(None).limit(most + 1)
        with self._database.read() as connection:
            found = rows.with_only_columns(subscriber.c.id).subquery()
            return int(connection.execute(select(func.count()).select_from(found)).scalar_one())

    def find(self, reader_id: int) -> Reader | None:
        """One reader."""
        with self._database.read() as connection:
            row = connection.execute(select(subscriber).where(subscriber.c.id == reader_id)).one_or_none()
        return None if row is None else reader_of(row)

    def find_address(self, email: str) -> Reader | None:
        """The reader of an address."""
        with self._database.read() as connection:
            found = select(subscriber).where(has_address(email))
            row = connection.execute(found).one_or_none()
        return None if row is None else reader_of(row)

    def record(self, reader_id: int) -> ReaderRecord | None:
        """One reader with their history."""
        with self._database.read() as connection:
            row = connection.execute(select(subscriber).where(subscriber.c.id == reader_id)).one_or_none()
            return None if row is None else read_record(connection, reader_of(row))

    def counts(self) -> Mapping[SubscriberStatus, int]:
        """How many there are of each status."""
        with self._database.read() as connection:
            return count_statuses(connection)

    def growth(self, starts: Sequence[datetime]) -> list[Growth]:
        """The readers of each span that begins at one of these moments, in their order; the last one lasts until now.

        Erased readers are missing, and those who left and came back count as if they had never left.
        """
        lasted = subscriber.c.changed_at > subscriber.c.created_at  # not imported as somebody who had left
        left = and_(NOT_CONFIRMED, subscriber.c.status.in_(LEFT), lasted)
        joined = or_(subscriber.c.status == SubscriberStatus.CONFIRMED, and_(subscriber.c.status.in_(LEFT), lasted))
        with self._database.read() as connection:
            readers = count_statuses(connection)[SubscriberStatus.CONFIRMED]
            new = _by_span(connection, subscriber.c.created_at, joined, starts)
            gone = _by_span(connection, subscriber.c.changed_at, left, starts)
        found: list[Growth] = []
        for start in reversed(starts):
            found.append(Growth(start, new[start], gone[start], readers))
            readers += gone[start] - new[start]
        return found[::-1]


def count_statuses(connection: Connection) -> Counter[SubscriberStatus]:
    """How many readers have each status; SQLite counts all, and by an index those who are not confirmed."""
    if connection.dialect.name != "sqlite":
        readers = cast(func.sum(subscriber_count.c.readers), BigInteger)
        kept = select(subscriber_count.c.status, readers).group_by(subscriber_count.c.status).having(readers != 0)
        return Counter({SubscriberStatus(status): number for status, number in connection.execute(kept)})
    others = select(subscriber.c.status, func.count()).where(NOT_CONFIRMED).group_by(subscriber.c.status)
    found = Counter({SubscriberStatus(status): number for status, number in connection.execute(others)})
    total = connection.execute(select(func.count()).select_from(subscriber)).scalar_one()
    return +Counter({**found, SubscriberStatus.CONFIRMED: total - found.total()})


def reader_of(row: Row[Any]) -> Reader:
    """The reader of a row that has all columns of a subscriber."""
    return Reader(
        id=row.id,
        subscriber=subscriber_of(row),
        left_by_reader=row.left_by is LeftBy.READER,
        suppressed_from=row.suppressed_from,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _query(wanted: ReaderFilter, is_sqlite: bool) -> Select[Any]:
    rows = select(subscriber)
    if wanted.audience is not None:
        rows = rows.where(belongs_to(wanted.audience))
    if wanted.status is not None:
        rows = rows.where(subscriber.c.status == wanted.status)
    if wanted.text and wanted.masked:  # not in the order of addresses that the user may not see
        return rows.where(*_shown_letters(wanted.text, is_sqlite)).order_by(subscriber.c.id.desc())
    if wanted.text:  # not LIKE, in which some letters mean others
        return rows.where(_place(_KEY, wanted.text.casefold(), is_sqlite) > 0).order_by(_KEY)
    if wanted.status in {None, SubscriberStatus.CONFIRMED}:
        return rows.order_by(subscriber.c.id.desc())
    return rows.where(NOT_CONFIRMED).order_by(subscriber.c.changed_at.desc(), subscriber.c.id.desc())


def _place(text: Any, part: str, is_sqlite: bool) -> ColumnElement[int]:
    return func.instr(text, part) if is_sqlite else func.strpos(text, part)


def _shown_letters(text: str, is_sqlite: bool) -> list[ColumnElement[bool]]:
    """The conditions for what `a•••@m•••.example` shows of a text such as `anna@mail.example`, `anna` or `@mail`."""
    local, at, domain = text.casefold().partition("@")
    _name, dot, top = domain.rpartition(".")
    of_domain = func.substr(_KEY, _place(_KEY, "@", is_sqlite) + 1)
    conditions = [func.substr(_KEY, 1, 1) == local[0]] if local else []
    if at and domain:
        conditions.append(func.substr(of_domain, 1, 1) == domain[0])
    if dot and top:
        conditions.append(_KEY.endswith(f".{top}", autoescape=True))
    return conditions


def _by_span(
    connection: Connection, moment: Any, which: ColumnElement[bool], starts: Sequence[datetime]
) -> Counter[datetime]:
    """How many of the rows have their moment, to the hour, after each start and before the next one."""
    is_sqlite = connection.dialect.name == "sqlite"
    text = func.substr(type_coerce(moment, Text), 1, 13)
    hour = text if is_sqlite else func.to_char(func.timezone("UTC", moment), 'YYYY-MM-DD"T"HH24')
    rows = select(hour, func.count()).where(moment >= starts[0], which).group_by(hour)
    found: Counter[datetime] = Counter()
    for name, number in connection.execute(rows):
        at = datetime.strptime(name, "%Y-%m-%dT%H").replace(tzinfo=UTC)
        found[max((start for start in starts if start <= at), default=starts[0])] += number
    return found
