"""What a database that a backup replaces knows, and the backup does not: the messages that were sent since, who left.

Read before the backup is restored; `restoring.py` carries it over.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, select, text

from digest.errors import StoreError, StoreUnavailableError
from digest.model.articles import Window
from digest.model.deliveries import MAYBE_SENT
from digest.model.issues import IssueState, Kind
from digest.model.restored import Departure, PastIssue, Replaced
from digest.model.subscribers import LEFT
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.engine.database_url import sqlite_file
from digest.store.ledger.delivery_counts import counts_by_state
from digest.store.ledger.packed_readers import unpack
from digest.store.tables.public_schema import issue_link
from digest.store.tables.retention_schema import folded_reader
from digest.store.tables.schema import delivery, issue, subscriber
from digest.store.tables.web_schema import former_address, suppression
from digest.store.upkeep.beats import RUN, SETTINGS, Beats
from digest.tokens import keyed_hash

T = TypeVar("T")

_LAST_DELIVERY = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = 'delivery'",
    "postgresql": "SELECT pg_sequence_last_value(pg_get_serial_sequence('delivery', 'id')::regclass)",
}


def read_database(url: str, root: Path, after: int | None) -> Replaced | None:
    """What the database at `url` knows, None if it does not exist or its file cannot be read; raises StoreError.

    `after`: the last delivery of the backup, None where it is not known.
    """
    return _query_if_readable(url, root, lambda database: read_replaced(database, after))


def last_use(url: str, root: Path, until: datetime) -> datetime | None:
    """When a `digest run`, `serve` or `worker` last used a PostgreSQL database, up to a moment; raises StoreError.

    None if never. What is recorded after that moment is of a clock that was ahead.
    """
    return _query_if_readable(url, root, lambda database: _last_beat(Beats(database), until))


def _last_beat(beats: Beats, until: datetime) -> datetime | None:
    moments = (*beats.moments(RUN).values(), *beats.moments(SETTINGS).values())
    return max((moment for moment in moments if moment <= until), default=None)


def _query_if_readable(url: str, root: Path, read: Callable[[Database], T]) -> T | None:
    file = sqlite_file(url, root)
    if file is not None and not file.exists():
        return None
    try:
        with closing(Database.open(url, root)) as database:
            if database.revision() is None:
                return None
            database.require_current()
            return read(database)
    except StoreUnavailableError:
        raise
    except StoreError:
        if file is None:
            raise
        return None  # a damaged file is what a backup is for


def read_replaced(database: Database, after: int | None = None) -> Replaced:
    """What the database knows that a backup of it may not know, whose last delivery is `after`; raises StoreError."""
    name = installation(database)
    with database.read() as connection:
        readers = {} if after is None else _readers_since(connection, after)
        issues = [
            replace(one, readers=tuple(readers[one.name]), links=_links(connection, one))
            if one.name in readers
            else one
            for one in past_issues(connection)
        ]
        return Replaced(
            installation=name,
            last_delivery=last_delivery(connection),
            sent=tuple(one for one in issues if one.messages),
            cancelled=tuple(one for one in issues if not one.messages),
            departures=_departures(connection),
            erased={bytes(row.address_hash).hex(): row.at for row in connection.execute(select(suppression))},
        )


def installation(database: Database) -> str:
    """A name that a database and its backups have in common, and no others."""
    return keyed_hash(database.secret(), "installation", b"").hex()


def _departures(connection: Connection) -> dict[str, Departure]:
    """The readers who left, also by their former addresses, unless somebody is subscribed with these."""
    columns = (subscriber.c.status, subscriber.c.left_by, subscriber.c.changed_at)
    others = select(subscriber.c.email_key)
    former = select(former_address.c.email_key, *columns).join_from(former_address, subscriber)
    chosen = (
        former.where(subscriber.c.status.in_(LEFT), former_address.c.email_key.not_in(others)),
        select(subscriber.c.email_key, *columns).where(subscriber.c.status.in_(LEFT)),
    )
    return {
        row.email_key: Departure(status=row.status, left_by=row.left_by, changed_at=row.changed_at)
        for rows in chosen
        for row in connection.execute(rows)
    }


def last_delivery(connection: Connection) -> int:
    """The highest id that a delivery was given, also of one that is gone."""
    return connection.scalar(text(_LAST_DELIVERY[connection.dialect.name])) or 0


def past_issues(connection: Connection) -> Iterator[PastIssue]:
    """The issues of which messages may have been sent, and those that were cancelled before."""
    maybe: dict[int, int] = {}
    for row in connection.execute(counts_by_state(connection.dialect.name)):
        maybe[row.issue_id] = maybe.get(row.issue_id, 0) + (row.messages if row.state in MAYBE_SENT else 0)
    of_editions = select(issue).where(issue.c.kind == Kind.EDITION).order_by(issue.c.id)
    for row in connection.execute(of_editions):
        messages = maybe.get(row.id, 0)
        if messages or row.state is IssueState.CANCELLED:
            window = Window(start=row.window_start, end=row.window_end)
            yield PastIssue(edition=row.edition, slot=row.slot, window=window, messages=messages)


def _readers_since(connection: Connection, after: int) -> Mapping[str, list[tuple[int, str]]]:
    """The deliveries of each issue with ids above `after` that were sent, or may have been, and whose they are.

    Also those that have no row any more, as after another restore.
    """
    of_issue = select(issue.c.edition, issue.c.slot).where(issue.c.kind == Kind.EDITION)
    sent = (
        of_issue.add_columns(delivery.c.id, subscriber.c.email_key)
        .join_from(issue, delivery)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.id > after, delivery.c.state.in_(MAYBE_SENT))
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for row in connection.execute(sent):
        found.setdefault(f"{row.edition}/{row.slot}", []).append((row.id, row.email_key))
    folded = of_issue.add_columns(folded_reader.c.readers).join_from(issue, folded_reader)
    for row in connection.execute(folded.where(folded_reader.c.last_id > after)).all():
        readers = {one.subscriber_id: one.delivery_id for one in unpack(row.readers) if one.delivery_id > after}
        for some in chunks(readers):
            known = select(subscriber.c.id, subscriber.c.email_key).where(subscriber.c.id.in_(some))
            kept = [(readers[one.id], one.email_key) for one in connection.execute(known)]
            found.setdefault(f"{row.edition}/{row.slot}", []).extend(kept)
    return {name: sorted(readers) for name, readers in found.items()}


def _links(connection: Connection, past: PastIssue) -> tuple[tuple[int, str], ...]:
    rows = select(issue_link.c.number, issue_link.c.url).join_from(issue_link, issue).where(is_issue(past))
    return tuple((row.number, row.url) for row in connection.execute(rows.order_by(issue_link.c.number)))


def is_issue(past: PastIssue) -> ColumnElement[bool]:
    """The condition that finds its row."""
    return and_(issue.c.edition == past.edition, issue.c.slot == past.slot)
