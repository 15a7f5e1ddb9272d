"""The numbers of deliveries by issue and state: PostgreSQL keeps them, SQLite counts an index."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    cast,
    func,
    literal,
    select,
    text,
    union_all,
)

from digest.model.deliveries import DeliveryState
from digest.model.subscribers import SubscriberStatus
from digest.store.ledger.transitions import LEASED, UNLEASED
from digest.store.tables.count_schema import delivery_count
from digest.store.tables.retention_schema import folded_delivery
from digest.store.tables.schema import delivery

_MESSAGES = cast(func.sum(delivery_count.c.messages), BigInteger)
# Whoever merges the same rows is left alone. Rows are never changed, so each stays where it is until it is deleted.
_MERGE = text("""
WITH several AS (
    SELECT issue_id FROM delivery_count GROUP BY issue_id, state, due_at, is_postponed HAVING count(*) > 1
), chosen AS (
    SELECT ctid FROM delivery_count WHERE issue_id IN (SELECT issue_id FROM several) FOR UPDATE SKIP LOCKED
), merged AS (
    DELETE FROM delivery_count USING chosen WHERE delivery_count.ctid = chosen.ctid RETURNING delivery_count.*
)
INSERT INTO delivery_count
SELECT issue_id, state, due_at, is_postponed, sum(messages), max(last_attempt_at) FROM merged
GROUP BY issue_id, state, due_at, is_postponed HAVING sum(messages) <> 0
""")
_MERGE_READERS = text("""
WITH chosen AS (
    SELECT ctid FROM subscriber_count WHERE (SELECT count(*) FROM subscriber_count) > :statuses FOR UPDATE SKIP LOCKED
), merged AS (
    DELETE FROM subscriber_count USING chosen WHERE subscriber_count.ctid = chosen.ctid RETURNING subscriber_count.*
)
INSERT INTO subscriber_count SELECT status, sum(readers) FROM merged GROUP BY status HAVING sum(readers) <> 0
""")


def counts_by_state(dialect: str, ids: Collection[int] | None = None) -> Select[Any]:
    """How many messages of each issue, or of some, are in each state: those in the ledger, and those that were folded.

    A state has up to three rows.
    """

    def chosen(table: Table) -> list[ColumnElement[bool]]:
        return [] if ids is None else [table.c.issue_id.in_(ids)]

    folded = select(folded_delivery, folded_delivery.c.messages).where(*chosen(folded_delivery))
    if dialect != "sqlite":
        columns = _columns(delivery_count, _MESSAGES)
        kept = select(*columns).where(*chosen(delivery_count)).group_by("issue_id", "state").having(_MESSAGES != 0)
        return select(union_all(kept, folded).subquery())
    columns = _columns(delivery, func.count())
    halves = (select(*columns).where(half, *chosen(delivery)) for half in (UNLEASED, LEASED))
    return select(union_all(*(rows.group_by("issue_id", "state") for rows in halves), folded).subquery())


def _columns(table: Table, messages: ColumnElement[int]) -> list[ColumnElement[Any]]:
    return [table.c.issue_id, table.c.state, messages.label("messages"), literal(0).label("folded")]


def planned_by_moment(
    dialect: str,
    issues: Select[Any],
    is_due: Callable[[ColumnElement[datetime]], ColumnElement[bool]],
    *,
    postponed: bool,
) -> Subquery:
    """How many messages of these issues are planned for each moment: the issue, `due_at`, and `messages`.

    `is_due` chooses the moments; `postponed`: whether messages count that wait for a reason.
    """
    is_sqlite = dialect == "sqlite"
    table, messages = (delivery, func.count()) if is_sqlite else (delivery_count, _MESSAGES)
    chosen = [table.c.issue_id.in_(issues), table.c.state == DeliveryState.PLANNED, is_due(table.c.due_at)]
    if is_sqlite:
        chosen.append(UNLEASED)
    if not postponed:
        chosen.append(delivery.c.smtp_text.is_(None) if is_sqlite else ~delivery_count.c.is_postponed)
    rows = select(table.c.issue_id, table.c.due_at, messages.label("messages")).where(*chosen)
    return rows.group_by("issue_id", "due_at").having(messages > 0).subquery()


def count_messages(connection: Connection, issue_id: int) -> int:
    """How many messages an issue has."""
    rows = counts_by_state(connection.dialect.name, [issue_id]).subquery()
    return connection.scalar(select(func.coalesce(func.sum(rows.c.messages), 0))) or 0


def last_attempts(issues: Select[Any]) -> Select[Any]:
    """When a message of each of these issues was tried last, on PostgreSQL."""
    counts = delivery_count.c
    last = func.max(counts.last_attempt_at).label("last")
    return (
        select(counts.issue_id, last)
        .where(counts.issue_id.in_(issues), counts.last_attempt_at.is_not(None))
        .group_by(counts.issue_id)
    )


def merge_counts(connection: Connection) -> None:
    """Join the numbers that were added one by one, which senders do hundreds of times a second, on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        connection.execute(_MERGE)
        connection.execute(_MERGE_READERS, {"statuses": len(SubscriberStatus)})
