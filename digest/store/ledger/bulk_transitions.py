"""The usual path of messages (claimed, sending, sent), for a whole batch of rows in one statement each.

The statements are built once, because building one takes longer than running it. Rows that do not match stay as they
are; `settlement` handles them one by one.

With `optimistic` a statement returns only how many rows it moved, not which; if that is not all of them, it raises
PartialUpdateError and the transaction must be undone.

PostgreSQL can do all that follows a flight in one statement (`record`): each round trip takes longer than a row.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    FromClause,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)

from digest.model.deliveries import Claim, DeliveryState, Outcome, Receipt
from digest.model.issues import SENDABLE, Kind
from digest.model.subscribers import SubscriberStatus
from digest.store.engine.chunks import CHUNK
from digest.store.engine.column_types import UTCDateTime
from digest.store.engine.row_values import Types, parameters, placeholder_table, read_rows, rows_query
from digest.store.ledger.transitions import (
    ID_COLUMN,
    IS_NAMED,
    PLACE,
    TOKEN_COLUMNS,
    UNLEASED,
    move_listed,
    move_named,
)
from digest.store.tables.schema import delivery, issue, subscriber

_S = DeliveryState
_MOMENT = delivery.c.due_at.type
_STATE = issue.c.state.type
_REPLY: Types = {name: delivery.c[name].type for name in ("smtp_code", "enhanced_code", "smtp_text", "remote_queue_id")}
_SENT_COLUMNS: Types = {**TOKEN_COLUMNS, **_REPLY}
_RECORDED_COLUMNS: Types = {**_SENT_COLUMNS, "begins": Boolean()}
_NO_REPLY = (None,) * len(_REPLY)


class PartialUpdateError(Exception):
    """An optimistic statement did not move every row: the transaction must be undone."""


class BegunIssue(NamedTuple):
    """An issue whose messages may be claimed; system mail has no day."""

    id: int
    kind: Kind
    day: date | None


def may_receive(status: SubscriberStatus | None, kind: Kind) -> bool:
    """Whether a recipient gets mail of that kind; the status is None for an address without a subscriber.

    A subscriber who has not confirmed yet gets system mail only, such as the message that asks for it.
    """
    pending_allowed = kind is Kind.SYSTEM and status == SubscriberStatus.PENDING
    return status is None or status == SubscriberStatus.CONFIRMED or pending_allowed


def claim(
    connection: Connection,
    begun: BegunIssue,
    state: DeliveryState,
    limit: int,
    token: str,
    now: datetime,
    until: datetime,
) -> list[Claim]:
    """Claim up to `limit` due rows of the issue, with `token` and its id as a row's token.

    Rows of readers who unsubscribed, or paused until after the issue's day, are cancelled.
    """
    claims: list[Claim] = []
    query = _due_rows(connection.dialect.name)
    values = {"of_issue": begun.id, "day": begun.day, "in_state": state, "now": now}
    while len(claims) < limit:
        rows = read_rows(connection, query, values | {"limit": min(limit - len(claims), CHUNK)})
        if not rows:
            break
        confirmed = [row for row in rows if may_receive(row[-2], begun.kind) and not row[-1]]
        others = [row for row in rows if not may_receive(row[-2], begun.kind) or row[-1]]
        _move_rows(connection, state, _S.CANCELLED, others, {})
        _move_rows(connection, state, _S.CLAIMED, confirmed, {"token": token, "until": until})
        claims += [
            Claim(
                delivery_id=row_id,
                variant_id=variant_id,
                issue_id=begun.id,
                address=address,
                name=name,
                tries=tries,
                token=f"{token}{row_id}",
                planned_at=planned_at and UTCDateTime().process_result_value(planned_at, connection.dialect),
            )
            for row_id, variant_id, address, name, tries, planned_at, _status, _is_paused in confirmed
        ]
    return claims


def begin(
    connection: Connection, messages: Sequence[tuple[int, str]], now: datetime, until: datetime, *, optimistic: bool
) -> set[int]:
    """Begin the rows claimed with these tokens whose recipient may get it and whose issue may be sent; their ids."""
    values = parameters(connection, TOKEN_COLUMNS, messages) | {"now": now, "until": until}
    ids = [delivery_id for delivery_id, _token in messages]
    return _update(connection, _begin_statement(connection.dialect.name), values, ids, optimistic=optimistic)


def mark_sent(connection: Connection, receipts: Sequence[Receipt], *, optimistic: bool) -> set[int]:
    """Mark the rows sent that receipts of outcome `sent` name, and store the server's reply; their ids."""
    sent = [receipt for receipt in receipts if receipt.outcome is Outcome.SENT]
    if not sent:
        return set()
    values = parameters(connection, _SENT_COLUMNS, _sent_rows(sent))
    ids = [receipt.delivery_id for receipt in sent]
    return _update(connection, _sent_statement(connection.dialect.name), values, ids, optimistic=optimistic)


def record(
    connection: Connection, sent: Sequence[Receipt], messages: Sequence[tuple[int, str]], now: datetime, until: datetime
) -> tuple[set[int], set[int]]:
    """Do `mark_sent` and `begin` in one statement of PostgreSQL; the ids of both."""
    rows = [(*row, False) for row in _sent_rows(sent)] + [(*pair, *_NO_REPLY, True) for pair in messages]
    values = parameters(connection, _RECORDED_COLUMNS, rows) | {"now": now, "until": until}
    statement, constants = _record_text(connection.dialect)
    marked, begun = connection.exec_driver_sql(statement, constants | values).one()
    return set(marked or ()), set(begun or ())


def _sent_rows(sent: Sequence[Receipt]) -> list[Sequence[Any]]:
    return [(one.delivery_id, one.token, one.code, one.enhanced, one.text, one.queue_id) for one in sent]


def _update(
    connection: Connection, statement: Update, values: Mapping[str, Any], ids: Sequence[int], *, optimistic: bool
) -> set[int]:
    if not optimistic:
        return set(connection.scalars(statement.returning(delivery.c.id), values))
    if connection.execute(statement, values).rowcount != len(ids):
        raise PartialUpdateError
    return set(ids)


def _move_rows(
    connection: Connection, frm: DeliveryState, to: DeliveryState, rows: Sequence[Any], values: dict[str, object]
) -> None:
    if rows:
        ids = parameters(connection, ID_COLUMN, [row[:1] for row in rows])
        connection.execute(_move_statement(connection.dialect.name, frm, to), ids | values)


@cache
def _due_rows(dialect: str) -> Select[Any]:
    named = ("id", "variant_id", "address", "name", "tries", "planned_at")
    columns = [delivery.c[name] for name in named]
    is_paused = (subscriber.c.paused_until > bindparam("day", type_=subscriber.c.paused_until.type)).label("is_paused")
    of_issue = delivery.c.issue_id == bindparam("of_issue", type_=BigInteger())
    in_state = delivery.c.state == bindparam("in_state", type_=delivery.c.state.type)
    now = bindparam("now", type_=_MOMENT)
    is_current = or_(delivery.c.expires_at.is_(None), delivery.c.expires_at > now)
    rows = (
        select(*columns, subscriber.c.status, is_paused)
        .outerjoin(subscriber)
        .where(of_issue, in_state, UNLEASED, delivery.c.due_at <= now, is_current)
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(bindparam("limit", type_=BigInteger()))
        .with_for_update(of=delivery, skip_locked=True)
    )
    return rows_query(dialect, rows)


@cache
def _move_statement(dialect: str, frm: DeliveryState, to: DeliveryState) -> Update:
    """The statement that moves locked rows by their ids; a claim also takes a token and a lease."""
    is_sqlite = dialect == "sqlite"
    moved = move_listed(frm, to, placeholder_table(dialect, ID_COLUMN)) if is_sqlite else move_named(frm, to)
    if to is not _S.CLAIMED:
        return moved
    token = bindparam("token", type_=Text()).concat(cast(delivery.c.id, Text))
    return moved.values(claim_token=token, claim_expires=bindparam("until", type_=_MOMENT))


@cache
def _begin_statement(dialect: str) -> Update:
    return _beginning(placeholder_table(dialect, TOKEN_COLUMNS))


@cache
def _sent_statement(dialect: str) -> Update:
    return _marking_sent(placeholder_table(dialect, _SENT_COLUMNS))


@cache
def _record_text(dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """The statement as psycopg gets it, and its constants: SQLAlchemy takes longer than psycopg for each execution."""
    compiled = _record_statement().compile(dialect=dialect)
    constants = {name: one.value for name, one in compiled.binds.items() if not one.required}
    return str(compiled), {name: str(one) if isinstance(one, StrEnum) else one for name, one in constants.items()}


def _record_statement() -> Select[Any]:
    """Locks the rows in the order of their ids first, like every statement, and then moves them.

    Whatever PostgreSQL knows of the table, it has no other way to the rows than by their ids, and then by their places.
    """
    listed = placeholder_table("postgresql", _RECORDED_COLUMNS)
    rows = select(PLACE, *listed.c).join_from(listed, delivery, delivery.c.id == listed.c.row_id).where(IS_NAMED)
    locked = rows.order_by(delivery.c.id).with_for_update(of=delivery).cte("locked")
    sent = _marking_sent(locked).where(~locked.c.begins).returning(delivery.c.id).cte("sent")
    begun = _beginning(locked).where(locked.c.begins).returning(delivery.c.id).cte("begun")
    return select(*(select(func.array_agg(moved.c.id)).scalar_subquery() for moved in (sent, begun)))


def _beginning(listed: FromClause) -> Update:
    now = bindparam("now", type_=_MOMENT)
    # Scalar: PostgreSQL turns EXISTS into a join, and may read the whole table of subscribers for each batch.
    status = select(subscriber.c.status).where(subscriber.c.id == delivery.c.subscriber_id).scalar_subquery()
    issue_state = select(issue.c.state).where(issue.c.id == delivery.c.issue_id).scalar_subquery()
    kind = select(issue.c.kind).where(issue.c.id == delivery.c.issue_id).scalar_subquery()
    to_pending = and_(status == SubscriberStatus.PENDING, kind == Kind.SYSTEM)
    receives = or_(status == SubscriberStatus.CONFIRMED, delivery.c.subscriber_id.is_(None), to_pending)
    # Literals, because a list of plain values is rendered into the statement again at each execution.
    sendable = issue_state.in_([literal(state, _STATE) for state in SENDABLE])
    begun = {
        "tries": delivery.c.tries + 1,
        "claim_expires": bindparam("until", type_=_MOMENT),
        "first_attempt_at": func.coalesce(delivery.c.first_attempt_at, now),
        "last_attempt_at": now,
    }
    return move_listed(_S.CLAIMED, _S.SENDING, listed).where(receives, sendable).values(begun)


def _marking_sent(listed: FromClause) -> Update:
    reply = {name: listed.c[name] for name in _REPLY}
    return move_listed(_S.SENDING, _S.SENT, listed).values(reply)
