"""What bounces, complaints and requests do: to the ledger, and to the subscribers.

Subscribers are locked before deliveries, as wherever a subscription ends, so that two transactions never deadlock.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, not_, or_, select

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.deliveries import DeliveryState
from digest.model.subscribers import LeftBy
from digest.parsing.addresses import email_key
from digest.receivers.reply_class import is_about_sender_for_now
from digest.store.engine.database import Database
from digest.store.ledger.folding import folded_deliveries
from digest.store.ledger.transitions import lock, move
from digest.store.subscribers.subscription_ends import end_subscription, suppress
from digest.store.tables.schema import bounce, delivery, insert, subscriber

SOFT_BOUNCES = 5  # deliveries of the last COUNTED_FOR that bounce in a row suppress a reader
COUNTED_FOR = timedelta(days=15)
_C, _S = ReportClass, DeliveryState
_FAILED = frozenset({_C.HARD, _C.SOFT, _C.ABOUT_US})


class LastTry(NamedTuple):
    """Where and when a delivery was tried last; the address is empty once the reader was erased."""

    address: str
    tried_at: datetime | None


class Bounces:
    """The reports about deliveries; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_tries(self, ids: Collection[int]) -> dict[int, LastTry]:
        """The last tries of those deliveries that the ledger has, or of which the retention left the reader."""
        rows = select(delivery.c.id, delivery.c.address, delivery.c.last_attempt_at).where(delivery.c.id.in_(ids))
        with self._database.read() as connection:
            found = {row.id: LastTry(row.address, row.last_attempt_at) for row in connection.execute(rows)}
            folded = folded_deliveries(connection, set(ids).difference(found))
        return {**found, **dict.fromkeys(folded, LastTry("", None))}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys whose messages were read before."""
        with self._database.read() as connection:
            return set(connection.execute(select(bounce.c.message_key).where(bounce.c.message_key.in_(keys))).scalars())

    def apply(self, reports: Sequence[ProvenReport], now: datetime) -> list[bool]:
        """Act on reports, each once, however often its message is read; whether each had an effect.

        Any of them proves that its message was sent. The effects survive a power cut, because the mailbox is changed
        next.
        """
        with self._database.write(outlives_power=True) as connection:
            rows = _locked_deliveries(connection, {one.delivery_id for one in reports})
            return [
                _apply(connection, rows[one.delivery_id], one, now)
                if one.delivery_id in rows
                else _unsubscribe_folded(connection, one, now)
                for one in reports
            ]

    def count_refusals(self, refusals: Sequence[ProvenReport], now: datetime) -> None:
        """Act on refusals at send time, one for each delivery; the ledger has their results already."""
        with self._database.write() as connection:
            rows = _locked_deliveries(connection, {one.delivery_id for one in refusals})
            for one in refusals:
                row = rows.get(one.delivery_id)
                if row is not None and _record(connection, row, one, now):
                    _act_on_reader(connection, row, one, now)


def _locked_deliveries(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """The deliveries by id, locked, with the present address of their subscriber."""
    of_deliveries = select(delivery.c.subscriber_id).where(delivery.c.id.in_(ids))
    readers = select(subscriber.c.id).where(subscriber.c.id.in_(of_deliveries)).order_by(subscriber.c.id)
    connection.execute(readers.with_for_update())
    lock(connection, ids)
    rows = (
        select(
            delivery.c.id,
            delivery.c.subscriber_id,
            delivery.c.address,
            delivery.c.state,
            delivery.c.bounced_at,
            delivery.c.last_attempt_at,
            subscriber.c.email_key,
        )
        .outerjoin(subscriber)
        .where(delivery.c.id.in_(ids))
    )
    found: list[Row[Any]] = list(connection.execute(rows))
    return {row.id: row for row in found}


def _apply(connection: Connection, row: Row[Any], proven: ProvenReport, now: datetime) -> bool:
    if not _record(connection, row, proven, now):
        return False
    report = proven.report
    is_failure = report.report_class in _FAILED and not report.is_delayed
    was_unknown = move(connection, {_S.UNKNOWN}, _S.SENT, delivery.c.id == row.id) == 1
    if is_failure:
        first = and_(delivery.c.id == row.id, delivery.c.bounced_at.is_(None))
        connection.execute(delivery.update().where(first).values(bounced_at=now))
    return (
        _act_on_reader(connection, row, proven, now) or is_failure or was_unknown or report.report_class is _C.COMPLAINT
    )


def _unsubscribe_folded(connection: Connection, proven: ProvenReport, now: datetime) -> bool:
    """End the subscription where a reader answers a message whose delivery was folded; whether it was ended now."""
    if proven.report.report_class is not _C.UNSUBSCRIBE or not proven.may_unsubscribe:
        return False
    for _issue, subscriber_id in folded_deliveries(connection, [proven.delivery_id]).values():
        return end_subscription(connection, subscriber.c.id == subscriber_id, LeftBy.READER, now)
    return False


def _record(connection: Connection, row: Row[Any], proven: ProvenReport, now: datetime) -> bool:
    """Store the report; false where its message was read before."""
    report, is_erased = proven.report, not row.address
    added = insert(connection, bounce).values(
        message_key=proven.message_key,
        address="" if is_erased else report.address or "",
        delivery_id=row.id,
        subscriber_id=row.subscriber_id,
        report_class=report.report_class,
        status=report.status,
        text="" if is_erased else report.text,
        counted=_is_counted(report),
        at=now,
    )
    return connection.execute(added.on_conflict_do_nothing().returning(bounce.c.id)).scalar() is not None


def _is_counted(report: Report) -> bool:
    """Whether only several of these suppress a reader: a state of the recipient that may end, or an unknown reason."""
    if report.report_class is _C.SOFT:
        return not (report.is_delayed or is_about_sender_for_now(report.status, report.text))
    return report.report_class is _C.HARD and not report.is_certain


def _act_on_reader(connection: Connection, row: Row[Any], proven: ProvenReport, now: datetime) -> bool:
    """Unsubscribe or suppress the reader if the report says so; whether that ended a subscription."""
    report = proven.report
    who = subscriber.c.id == row.subscriber_id
    if row.subscriber_id is None:
        return False
    if report.report_class is _C.UNSUBSCRIBE:
        return proven.may_unsubscribe and end_subscription(connection, who, LeftBy.READER, now)
    if row.email_key != email_key(row.address):  # the reader has another address now
        return False
    return _must_be_suppressed(connection, row, report, now) and suppress(connection, who, now)


def _must_be_suppressed(connection: Connection, row: Row[Any], report: Report, now: datetime) -> bool:
    if report.is_delayed:
        return False
    if report.report_class is _C.COMPLAINT:  # one that names another reader or nobody is only counted
        return bool(email_key(report.address or "") == row.email_key)
    if _is_counted(report):
        return bool(connection.execute(_soft_bounces(row, now)).scalar_one() >= SOFT_BOUNCES)
    return report.report_class is _C.HARD


def _soft_bounces(row: Row[Any], now: datetime) -> Select[Any]:
    """How many deliveries to the address of `row` bounced for now since its reader's last one that did not."""
    arrived = and_(delivery.c.state == _S.SENT, delivery.c.bounced_at.is_(None))
    before = and_(delivery.c.subscriber_id == row.subscriber_id, delivery.c.last_attempt_at < row.last_attempt_at)
    last = select(func.max(delivery.c.last_attempt_at)).where(before, arrived).scalar_subquery()
    since = or_(last.is_(None), delivery.c.last_attempt_at > last)
    # By the time of the deliveries: a mailbox may be read long after its reports came.
    is_recent = delivery.c.last_attempt_at > now - COUNTED_FOR
    to_address = delivery.c.address == row.address  # mail to a former one may come back late
    counted = and_(bounce.c.subscriber_id == row.subscriber_id, bounce.c.counted, is_recent, to_address)
    return (
        select(func.count(func.distinct(bounce.c.delivery_id)))
        .join(delivery, delivery.c.id == bounce.c.delivery_id)
        .where(counted, since, not_(arrived))
    )
