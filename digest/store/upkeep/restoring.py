"""A restored database: readers who left since the backup stay unsubscribed, and nothing is sent without a decision."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, and_, select, text

from digest.model.deliveries import DeliveryState
from digest.model.issues import SENDABLE, UNFROZEN, IssueState, Kind
from digest.model.restored import Departure, PastIssue, Replaced, Restored
from digest.model.subscribers import LEFT, SubscriberStatus
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.issues.issues import planned_row
from digest.store.ledger.folding import keep_readers
from digest.store.ledger.packed_readers import DeliveredTo
from digest.store.ledger.transitions import move_issue, moving
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.store.subscribers.subscription_ends import UNSENT
from digest.store.subscribers.suppression import address_hash
from digest.store.tables.admin_schema import console_session
from digest.store.tables.public_schema import issue_link
from digest.store.tables.schema import beat, delivery, insert, issue, subscriber
from digest.store.tables.server_schema import database_server
from digest.store.tables.web_schema import suppression
from digest.store.upkeep.replaced_database import installation, is_issue, last_delivery, past_issues

_REASON = "the database was restored from a backup"
_MOST_SINCE = 1_000_000_000  # more messages than are sent between a backup and its restore
_LEAVE_OUT = {
    "sqlite": (
        "DELETE FROM sqlite_sequence WHERE name = 'delivery'",
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('delivery', :last)",
    ),
    "postgresql": ("SELECT setval(pg_get_serial_sequence('delivery', 'id')::regclass, :last)",),
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


def update_restored(url: str | URL, root: Path, replaced: Replaced | None, now: datetime) -> Restored:
    """Migrate a restored database, stop its issues, and carry over what is newer; raises StoreError."""
    database = Database.open(url, root)
    try:
        database.migrate()
        return carry_over(database, replaced, now)
    finally:
        database.close()


def carry_over(database: Database, replaced: Replaced | None, now: datetime) -> Restored:
    """Stop every issue that was not finished, and carry over what the replaced database knew (None: it is lost).

    Issues that were sent since and that the backup does not have are added as cancelled, so that they are not made
    again. Without the replaced database, or with that of another installation, nobody knows what was sent: then
    `digest run` passes over every hour before its next start.

    Ids of deliveries are not given again: the links of what was sent since would be those of other readers.
    """
    nothing = Replaced(installation=installation(database))
    is_foreign = replaced is not None and replaced.installation != nothing.installation
    newer = nothing if replaced is None or is_foreign else replaced
    with database.write(outlives_power=True) as connection:
        known = {one.name: one.messages for one in past_issues(connection)}
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
        erased=_erase(database, newer.erased, now),
        is_foreign=is_foreign,
    )


def _erase(database: Database, erased: Mapping[str, datetime], now: datetime) -> int:
    """Erase again readers who were erased since; messages in flight when the backup was made count as unknown."""
    secret = database.secret()
    with database.read() as connection:
        missing = erased.keys() - {bytes(one).hex() for one in connection.scalars(select(suppression.c.address_hash))}
        keys = connection.scalars(select(subscriber.c.email_key)).all() if missing else []
    again = [key for key in keys if address_hash(secret, key).hex() in missing]
    if again:
        with database.write() as connection:
            _end_leases(connection)
    reader_data = ReaderData(database)
    return sum(reader_data.erase(key, now) is Erasure.ERASED for key in again)


def _leave_out_deliveries(connection: Connection, last: int | None) -> None:
    """Give the next deliveries ids above `last`; where it is not known, above all that may have been given."""
    known = last_delivery(connection)
    used = known + _MOST_SINCE if last is None else last
    if used > known:
        for statement in _LEAVE_OUT[connection.dialect.name]:
            connection.execute(text(statement), {"last": used})


def _keep_links(connection: Connection, past: PastIssue) -> None:
    """Keep whose the messages are that were sent since, so that their links work.

    Somebody who is not in the backup is not subscribed.
    """
    issue_id = connection.scalar(select(issue.c.id).where(is_issue(past))) if past.readers else None
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


def _mark_sent(connection: Connection, sent: PastIssue, messages: int, now: datetime) -> None:
    """Pause an issue that was sent further; one that the backup does not have, or not frozen, is cancelled."""
    number = "1 message of it was" if messages == 1 else f"{messages} messages of it were"
    values = {"reason": f"{_REASON}, and {number} sent after that was made", "updated_at": now}
    this = _cancel_unfrozen(connection, sent, values)
    move_issue(connection, SENDABLE, IssueState.PAUSED, this, values)
    connection.execute(issue.update().where(this, issue.c.state == IssueState.PAUSED).values(values))


def _cancel_unfrozen(connection: Connection, past: PastIssue, values: Mapping[str, Any]) -> ColumnElement[bool]:
    """Cancel an issue that the backup does not have, or not frozen; the condition that finds it."""
    this = is_issue(past)
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
