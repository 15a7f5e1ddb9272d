"""A restored database: readers who left since the backup stay unsubscribed, and nothing is sent without a decision.

The database that a backup replaces knows more than the backup: which messages were sent, and who unsubscribed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, ColumnElement, Connection, and_, select, text

from digest.errors import StoreError, StoreUnavailableError
from digest.model.articles import Window
from digest.model.deliveries import MAYBE_SENT, DeliveryState
from digest.model.issues import SENDABLE, UNFROZEN, IssueState, Kind
from digest.model.restored import Departure, PastIssue, Replaced, Restored
from digest.model.subscribers import LEFT, SubscriberStatus
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.engine.database_url import sqlite_file
from digest.store.issues.issues import planned_row
from digest.store.ledger.delivery_counts import counts_by_state
from digest.store.ledger.folding import keep_readers
from digest.store.ledger.packed_readers import DeliveredTo, unpack
from digest.store.ledger.transitions import move_issue, moving
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.store.subscribers.subscription_ends import UNSENT
from digest.store.subscribers.suppression import address_hash
from digest.store.tables.admin_schema import console_session
from digest.store.tables.public_schema import issue_link
from digest.store.tables.retention_schema import folded_reader
from digest.store.tables.schema import beat, delivery, insert, issue, subscriber
from digest.store.tables.server_schema import database_server
from digest.store.tables.web_schema import former_address, suppression
from digest.store.upkeep.beats import RUN, SETTINGS, Beats
from digest.tokens import keyed_hash

T = TypeVar("T")

_REASON = "the database was restored from a backup"
_MOST_SINCE = 1_000_000_000  # more messages than are sent between a backup and its restore
_SEQUENCE = "pg_get_serial_sequence('delivery', 'id')"
_LAST_DELIVERY = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = 'delivery'",
    "postgresql": f"SELECT pg_sequence_last_value({_SEQUENCE}::regclass)",
}
_LEAVE_OUT = {
    "sqlite": (
        "DELETE FROM sqlite_sequence WHERE name = 'delivery'",
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('delivery', :last)",
    ),
    "postgresql": (f"SELECT setval({_SEQUENCE}::regclass, :last)",),
}

# A dump is loaded by a program of PostgreSQL: what it loads is stopped in the same transaction, in any version.
_STOP_EVERYTHING = f"UPDATE issue SET state = 'paused', reason = '{_REASON}' WHERE state IN ('frozen', 'sending');\n"  # noqa: S608  # all of it is ours
_MARK = "restored "  # of the table's comment, which every version has


def after_load(load: str) -> str:
    """SQL that stops every issue of a dump that was loaded, and marks its tables with the name of the load."""
    return f"{_STOP_EVERYTHING}COMMENT ON TABLE issue IS '{_MARK}{load}';\n"


def last_load(url: str, root: Path) -> str | None:
    """The name of the load that made the tables of a PostgreSQL database, None if none did; raises StoreError."""
    with closing(Database.open(url, root)) as database, database.read() as connection:
        comment = connection.scalar(text("SELECT obj_description(to_regclass('issue'), 'pg_class')"))
    return str(comment).removeprefix(_MARK) if comment else None


def read_database(url: str, root: Path, after: int | None) -> Replaced | None:
    """What the database at `url` knows, None if it does not exist or its file cannot be read; raises StoreError.

    `after`: the last delivery of the backup, None where it is not known.
    """
    return _query_if_readable(url, root, lambda database: Restoring(database).read(after))


def last_use(url: str, root: Path, until: datetime) -> datetime | None:
    """When a `digest run`, `serve` or `worker` last used a PostgreSQL database, up to a moment; raises StoreError.

    None if never. What is recorded after that moment is of a clock that was ahead.
    """
    return _query_if_readable(url, root, lambda database: _last_beat(Beats(database), until))


def _last_beat(beats: Beats, until: datetime) -> datetime | None:
    moments = (*beats.moments(RUN).values(), *beats.moments(SETTINGS).values())
    return max((moment for moment in moments if moment <= until), default=None)


def update_restored(url: str | URL, root: Path, replaced: Replaced | None, now: datetime) -> Restored:
    """Migrate a restored database, stop its issues, and carry over what is newer; raises StoreError."""
    database = Database.open(url, root)
    try:
        database.migrate()
        return Restoring(database).carry_over(replaced, now)
    finally:
        database.close()


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


class Restoring:
    """Reads what a database knows, and writes it to a restored one; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, after: int | None = None) -> Replaced:
        """What the database knows that a backup of it may not know, whose last delivery is `after`."""
        secret = self._database.secret()
        with self._database.read() as connection:
            readers = {} if after is None else _readers_since(connection, after)
            issues = [
                replace(one, readers=tuple(readers[one.name]), links=_links(connection, one))
                if one.name in readers
                else one
                for one in _past_issues(connection)
            ]
            return Replaced(
                installation=_installation(secret),
                last_delivery=_last_delivery(connection),
                sent=tuple(one for one in issues if one.messages),
                cancelled=tuple(one for one in issues if not one.messages),
                departures=_departures(connection),
                erased={bytes(row.address_hash).hex(): row.at for row in connection.execute(select(suppression))},
            )

    def carry_over(self, replaced: Replaced | None, now: datetime) -> Restored:
        """Stop every issue that was not finished, and carry over what the replaced database knew (None: it is lost).

        Issues that were sent since and that the backup does not have are added as cancelled, so that they are not made
        again. Without the replaced database, or with that of another installation, nobody knows what was sent: then
        `digest run` passes over every hour before its next start.

        Ids of deliveries are not given again: the links of what was sent since would be those of other readers.
        """
        nothing = Replaced(installation=_installation(self._database.secret()))
        is_foreign = replaced is not None and replaced.installation != nothing.installation
        newer = nothing if replaced is None or is_foreign else replaced
        with self._database.write(outlives_power=True) as connection:
            known = {one.name: one.messages for one in _past_issues(connection)}
            sent_since: dict[str, int] = {}
            for one in newer.sent:
                if (messages := one.messages - known.get(one.name, 0)) > 0:
                    _mark_sent(connection, one, messages, now)
                    sent_since[one.name] = messages
            for one in newer.cancelled:
                values = {"reason": f"{_REASON}, and it was cancelled after that was made", "updated_at": now}
                _cancel_unfrozen(connection, one, values)
            for one in (*newer.sent, *newer.cancelled):
                _keep_links(connection, one)
            _pause_the_rest(connection, now)
            _cancel_system_mail(connection)
            connection.execute(database_server.delete())  # that of the next sender is no other one
            _leave_out_deliveries(connection, newer.last_delivery)
            connection.execute(console_session.delete())  # of users who were disabled since, too
            if newer is nothing:
                connection.execute(beat.delete())
            departed = _end_subscriptions(connection, newer.departures)
            paused = _paused(connection)
        return Restored(
            sent_since=sent_since,
            paused=paused,
            departed=departed,
            erased=self._erase(newer.erased, now),
            is_foreign=is_foreign,
        )

    def _erase(self, erased: Mapping[str, datetime], now: datetime) -> int:
        """Erase again readers who were erased since; messages in flight when the backup was made count as unknown."""
        secret = self._database.secret()
        with self._database.read() as connection:
            missing = erased.keys() - {
                bytes(one).hex() for one in connection.scalars(select(suppression.c.address_hash))
            }
            keys = connection.scalars(select(subscriber.c.email_key)).all() if missing else []
        again = [key for key in keys if address_hash(secret, key).hex() in missing]
        if again:
            with self._database.write() as connection:
                _end_leases(connection)
        reader_data = ReaderData(self._database)
        return sum(reader_data.erase(key, now) is Erasure.ERASED for key in again)


def _installation(secret: bytes) -> str:
    return keyed_hash(secret, "installation", b"").hex()


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


def _last_delivery(connection: Connection) -> int:
    """The highest id that a delivery was given, also of one that is gone."""
    return connection.scalar(text(_LAST_DELIVERY[connection.dialect.name])) or 0


def _leave_out_deliveries(connection: Connection, last: int | None) -> None:
    """Give the next deliveries ids above `last`; where it is not known, above all that may have been given."""
    known = _last_delivery(connection)
    used = known + _MOST_SINCE if last is None else last
    if used > known:
        for statement in _LEAVE_OUT[connection.dialect.name]:
            connection.execute(text(statement), {"last": used})


def _past_issues(connection: Connection) -> Iterator[PastIssue]:
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
    rows = select(issue_link.c.number, issue_link.c.url).join_from(issue_link, issue).where(_is(past))
    return tuple((row.number, row.url) for row in connection.execute(rows.order_by(issue_link.c.number)))


def _keep_links(connection: Connection, past: PastIssue) -> None:
    """Keep whose the messages are that were sent since, so that their links work.

    Somebody who is not in the backup is not subscribed.
    """
    issue_id = connection.scalar(select(issue.c.id).where(_is(past))) if past.readers else None
    if issue_id is None:
        return
    ids: dict[str, int] = {}
    for some in chunks([key for _delivery, key in past.readers]):
        known = select(subscriber.c.email_key, subscriber.c.id).where(subscriber.c.email_key.in_(some))
        ids |= {row.email_key: row.id for row in connection.execute(known)}
    keep_readers(connection, issue_id, [DeliveredTo(one, ids[key]) for one, key in past.readers if key in ids])
    links = [{"issue_id": issue_id, "number": number, "url": url, "clicks": 0} for number, url in past.links]
    if links:
        connection.execute(insert(connection, issue_link).on_conflict_do_nothing(), links)


def _is(past: PastIssue) -> ColumnElement[bool]:
    return and_(issue.c.edition == past.edition, issue.c.slot == past.slot)


def _mark_sent(connection: Connection, sent: PastIssue, messages: int, now: datetime) -> None:
    """Pause an issue that was sent further; one that the backup does not have, or not frozen, is cancelled."""
    number = "1 message of it was" if messages == 1 else f"{messages} messages of it were"
    values = {"reason": f"{_REASON}, and {number} sent after that was made", "updated_at": now}
    this = _cancel_unfrozen(connection, sent, values)
    move_issue(connection, SENDABLE, IssueState.PAUSED, this, values)
    connection.execute(issue.update().where(this, issue.c.state == IssueState.PAUSED).values(values))


def _cancel_unfrozen(connection: Connection, past: PastIssue, values: Mapping[str, Any]) -> ColumnElement[bool]:
    """Cancel an issue that the backup does not have, or not frozen; the condition that finds it."""
    this = _is(past)
    added = {**planned_row(past.edition, past.slot, past.window), **values}
    connection.execute(insert(connection, issue).on_conflict_do_nothing(), added)
    move_issue(connection, UNFROZEN, IssueState.CANCELLED, this, values)
    return this


def _pause_the_rest(connection: Connection, now: datetime) -> None:
    of_editions = issue.c.kind == Kind.EDITION
    move_issue(connection, SENDABLE, IssueState.PAUSED, of_editions, {"reason": _REASON, "updated_at": now})


def _cancel_system_mail(connection: Connection) -> None:
    """What waited is not sent, because it may have been; readers can ask for it again, even today."""
    of_system = issue.c.kind == Kind.SYSTEM
    waiting = delivery.c.issue_id.in_(select(issue.c.id).where(of_system))
    connection.execute(moving(connection.dialect.name, UNSENT, DeliveryState.CANCELLED, waiting))
    stopped = and_(of_system, issue.c.reason == _REASON)
    move_issue(connection, {IssueState.PAUSED}, IssueState.SENDING, stopped, {"reason": None})


def _end_leases(connection: Connection) -> None:
    """No process of the restored database lives: what one was sending may have arrived."""
    dialect = connection.dialect.name
    connection.execute(moving(dialect, {DeliveryState.CLAIMED}, DeliveryState.PLANNED, delivery.c.id > 0))
    connection.execute(moving(dialect, {DeliveryState.SENDING}, DeliveryState.UNKNOWN, delivery.c.id > 0))


def _end_subscriptions(connection: Connection, departures: Mapping[str, Departure]) -> int:
    """End the subscriptions of those who left since, and cancel what waits for them; returns how many they are."""
    ended = 0
    for some in chunks(departures):
        subscribed = and_(subscriber.c.email_key.in_(some), subscriber.c.status.not_in(LEFT))
        rows = connection.execute(select(subscriber.c.id, subscriber.c.email_key).where(subscribed)).all()
        for row in rows:
            left = departures[row.email_key]
            before = {"suppressed_from": subscriber.c.status} if left.status is SubscriberStatus.SUPPRESSED else {}
            values = {**before, "status": left.status, "left_by": left.left_by, "changed_at": left.changed_at}
            connection.execute(subscriber.update().where(subscriber.c.id == row.id).values(values))
        if rows:
            waiting = delivery.c.subscriber_id.in_([row.id for row in rows])
            connection.execute(moving(connection.dialect.name, UNSENT, DeliveryState.CANCELLED, waiting))
        ended += len(rows)
    return ended


def _paused(connection: Connection) -> tuple[str, ...]:
    chosen = select(issue).where(issue.c.state == IssueState.PAUSED, issue.c.kind == Kind.EDITION)
    return tuple(f"{row.edition}/{row.slot}" for row in connection.execute(chosen.order_by(issue.c.id)))
