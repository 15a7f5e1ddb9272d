"""Folds the deliveries of issues that were done long ago into counts, and keeps whose links they were.

Messages that may have arrived (`unknown`) stay, and so do those that sign-ups and requests of readers refer to.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState, Kind
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.ledger.packed_readers import DeliveredTo, find_reader, pack
from digest.store.ledger.transitions import UNLEASED
from digest.store.tables.retention_schema import folded_delivery, folded_reader
from digest.store.tables.schema import delivery, insert, issue, variant
from digest.store.tables.web_schema import reader_request, signup

_ROWS = 2_000  # deliveries folded in one transaction, and packed into one row
_ENDED = (IssueState.DONE, IssueState.CANCELLED)
_SETTLED = (DeliveryState.SENT, DeliveryState.BOUNCED, DeliveryState.CANCELLED, DeliveryState.EXPIRED)
_FOLDABLE = and_(
    UNLEASED,
    delivery.c.state.in_(_SETTLED),
    ~exists().where(signup.c.delivery_id == delivery.c.id),
    ~exists().where(reader_request.c.delivery_id == delivery.c.id),
)


class Folding:
    """The deliveries of old issues; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fold(self, before: datetime) -> Iterator[int]:
        """Fold the deliveries of issues that ended before that moment; after each batch, how many it had."""
        for issue_id, first, last in self._old_issues(before):
            after = first - 1
            while after < last:
                with self._database.write() as connection:
                    rows = _lock_rows(connection, issue_id, after, last)
                    _fold(connection, issue_id, rows)
                after = rows[-1].id if rows else last
                yield len(rows)
            with self._database.write() as connection:
                _delete_system_content(connection, issue_id)

    def folded_before(self) -> datetime | None:
        """When the latest issue whose deliveries were folded was frozen; None without any."""
        with self._database.read() as connection:
            return folded_before(connection)

    def _old_issues(self, before: datetime) -> Sequence[tuple[int, int, int]]:
        """The issues that have something to fold, with the first and the last of its ids."""
        old = select(issue.c.id).where(issue.c.state.in_(_ENDED), issue.c.updated_at < before).order_by(issue.c.id)
        limits = select(func.min(delivery.c.id), func.max(delivery.c.id)).where(_FOLDABLE)
        with self._database.read() as connection:
            ids = connection.scalars(old).all()
            found = [(one, *connection.execute(limits.where(delivery.c.issue_id == one)).one()) for one in ids]
        return [(one, first, last) for one, first, last in found if first is not None]


def folded_before(connection: Connection) -> datetime | None:
    """When the latest issue whose deliveries were folded was frozen; None without any."""
    latest = select(func.max(issue.c.frozen_at)).join(folded_delivery).where(issue.c.kind == Kind.EDITION)
    moment: datetime | None = connection.scalar(latest)
    return moment


def folded_deliveries(connection: Connection, ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """The issue and the subscriber of those of the deliveries that were folded, by delivery."""
    found = ((one, _folded_delivery(connection, one)) for one in ids if one > 0)
    return {one: known for one, known in found if known is not None}


def _folded_delivery(connection: Connection, delivery_id: int) -> tuple[int, int] | None:
    around = and_(folded_reader.c.last_id >= delivery_id, folded_reader.c.first_id <= delivery_id)
    for row in connection.execute(select(folded_reader.c.issue_id, folded_reader.c.readers).where(around)):
        subscriber_id = find_reader(row.readers, delivery_id)
        if subscriber_id is not None:
            return row.issue_id, subscriber_id
    return None


def _lock_rows(connection: Connection, issue_id: int, after: int, last: int) -> list[Row[Any]]:
    """The next rows of the issue, unless it was reopened; those that another host is folding are left to it."""
    ended = select(issue.c.id).where(issue.c.id == issue_id, issue.c.state.in_(_ENDED))
    if connection.scalar(ended.with_for_update(key_share=True)) is None:
        return []
    # Plus 0: the index would read all rows of the issue and sort them, each time.
    of_issue: ColumnElement[bool] = delivery.c.issue_id + 0 == issue_id
    rows = select(delivery.c.id, delivery.c.subscriber_id, delivery.c.state).where(of_issue, _FOLDABLE)
    chosen = rows.where(delivery.c.id > after, delivery.c.id <= last).order_by(delivery.c.id).limit(_ROWS)
    return list(connection.execute(chosen.with_for_update(of=delivery, skip_locked=True)))


def _fold(connection: Connection, issue_id: int, rows: Sequence[Row[Any]]) -> None:
    for chunk in chunks([row.id for row in rows]):
        connection.execute(delete(delivery).where(delivery.c.id.in_(chunk)))
    for state, messages in sorted(Counter(row.state for row in rows).items()):
        added = insert(connection, folded_delivery).values(issue_id=issue_id, state=state, messages=messages)
        total = folded_delivery.c.messages + added.excluded.messages
        connection.execute(added.on_conflict_do_update(index_elements=["issue_id", "state"], set_={"messages": total}))
    keep_readers(
        connection,
        issue_id,
        [DeliveredTo(row.id, row.subscriber_id) for row in rows if row.subscriber_id is not None],
    )


def keep_readers(connection: Connection, issue_id: int, readers: Sequence[DeliveredTo]) -> None:
    """Keep whose deliveries of an issue they are that have no row, in the order of their ids."""
    for some in chunks(readers, _ROWS):
        limits = {"first_id": some[0].delivery_id, "last_id": some[-1].delivery_id}
        connection.execute(folded_reader.insert(), {**limits, "issue_id": issue_id, "readers": pack(some)})


def _delete_system_content(connection: Connection, issue_id: int) -> None:
    """Delete the texts of system mail of which no delivery is left; an issue's are its page in the archive."""
    left = exists().where(delivery.c.issue_id == issue_id, delivery.c.variant_id == variant.c.id)
    system = exists().where(issue.c.id == issue_id, issue.c.kind == Kind.SYSTEM)
    connection.execute(variant.delete().where(variant.c.issue_id == issue_id, system, ~left))
