"""The allowed transitions of deliveries and issues; every change of a state goes through here.

On PostgreSQL every statement locks its rows in the order of their ids, so that two of them never deadlock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Enum,
    FromClause,
    Table,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from digest.model.deliveries import DeliveryState
from digest.model.issues import SENDABLE, UNFROZEN, IssueState
from digest.store.engine.chunks import chunks
from digest.store.engine.row_values import Types, array_of, values_table
from digest.store.ledger.work_notices import announce_work
from digest.store.tables.schema import delivery, issue

ID_COLUMN: Types = {"row_id": BigInteger()}
TOKEN_COLUMNS: Types = {**ID_COLUMN, "row_token": Text()}

# Rows with a lease and rows without have an index each, which a query uses only if it names its half. (LEASED compares
# the token with "" because SQLite does not use the index for "not null".)
UNLEASED = delivery.c.claim_expires.is_(None)
LEASED = and_(delivery.c.claim_token > "", delivery.c.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING)))

# Whether PostgreSQL is told the row's id: it then looks up each of them, and does not join a list with the table.
IS_NAMED = delivery.c.id == any_(bindparam("all_row_id", type_=array_of(BigInteger())))

# Where PostgreSQL has stored a row; it stays there while it is locked.
PLACE: ColumnElement[Any] = literal_column("delivery.ctid").label("place")

_D, _I = DeliveryState, IssueState

_DELIVERY_TRANSITIONS = frozenset(
    {
        (_D.PLANNED, _D.CLAIMED),
        (_D.PLANNED, _D.CANCELLED),
        (_D.PLANNED, _D.EXPIRED),
        (_D.CLAIMED, _D.PLANNED),
        (_D.CLAIMED, _D.CANCELLED),
        (_D.CLAIMED, _D.SENDING),
        (_D.CLAIMED, _D.DEFERRED),
        (_D.CLAIMED, _D.BOUNCED),
        (_D.SENDING, _D.SENT),
        (_D.SENDING, _D.DEFERRED),
        (_D.SENDING, _D.BOUNCED),
        (_D.SENDING, _D.UNKNOWN),
        (_D.UNKNOWN, _D.SENT),
        (_D.UNKNOWN, _D.PLANNED),
        (_D.DEFERRED, _D.CLAIMED),
        (_D.DEFERRED, _D.CANCELLED),
        (_D.DEFERRED, _D.EXPIRED),
        (_D.EXPIRED, _D.PLANNED),
    }
)

_ISSUE_TRANSITIONS = frozenset(
    {
        *((frm, to) for frm, to in product(UNFROZEN, (*UNFROZEN, _I.FROZEN, _I.CANCELLED)) if frm is not to),
        *((state, state) for state in (_I.HELD, _I.SKIPPED)),  # for another reason
        *product(SENDABLE, (_I.DONE, _I.PAUSED, _I.CANCELLED)),
        (_I.FROZEN, _I.SENDING),
        (_I.PAUSED, _I.SENDING),
        (_I.PAUSED, _I.CANCELLED),
        (_I.DONE, _I.SENDING),  # its unknown or expired messages go out again
    }
)

# What is cleared in a row that arrives in a state: a token is kept only where it can still prove a message.
_RELEASED: Mapping[str, None] = {"claim_token": None, "claim_expires": None, "next_try_at": None}
_CLEARED: Mapping[DeliveryState, Mapping[str, None]] = {
    _D.PLANNED: _RELEASED,
    _D.CLAIMED: {"next_try_at": None},
    _D.SENDING: {},
    _D.SENT: _RELEASED,
    _D.DEFERRED: {"claim_token": None, "claim_expires": None},
    _D.BOUNCED: _RELEASED,
    _D.UNKNOWN: {"claim_expires": None},
    _D.CANCELLED: _RELEASED,
    _D.EXPIRED: _RELEASED,
}


def move(
    connection: Connection,
    frm: Collection[DeliveryState],
    to: DeliveryState,
    where: ColumnElement[bool],
    values: Mapping[str, Any] | None = None,
) -> int:
    """Move every delivery in `frm` that matches `where`; the number of rows. Raises ValueError for an illegal move."""
    moved = connection.execute(moving(connection.dialect.name, frm, to, where).values(values or {})).rowcount
    if moved and to is DeliveryState.PLANNED:
        announce_work(connection)
    return moved


def moving(dialect: str, frm: Collection[DeliveryState], to: DeliveryState, where: ColumnElement[bool]) -> Update:
    """The statement of `move`."""
    chosen = locked(dialect, and_(delivery.c.state.in_(frm), where))
    return _delivery_update(frm, to).where(chosen)


def locked(dialect: str, where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a row matches `where`, for the statement that changes it; the rows are locked in the order of their ids.

    With `id IN (SELECT … FOR UPDATE)` PostgreSQL, before it has statistics of a new issue's rows, may run the subquery
    once for each row of the table: two minutes for a million. SQLite has no row locks, and its driver returns no row
    count for a statement that begins with WITH.
    """
    chosen = select(delivery.c.id).where(where)
    if dialect == "sqlite":
        return delivery.c.id.in_(chosen)
    return delivery.c.id == chosen.order_by(delivery.c.id).with_for_update().cte("locked").c.id


def move_locked(connection: Connection, frm: Collection[DeliveryState], to: DeliveryState, ids: Sequence[int]) -> None:
    """Move deliveries that this transaction has locked. Raises ValueError for an illegal move."""
    for chunk in chunks(ids):
        connection.execute(_delivery_update(frm, to).where(delivery.c.id.in_(chunk)))


def is_sending(connection: Connection, issue_id: int | None = None) -> bool:
    """Whether a sender has claimed anything, of one issue or of any."""
    held = select(delivery.c.id).where(LEASED).limit(1)
    if issue_id is not None:
        held = held.where(delivery.c.issue_id == issue_id)
    return connection.scalar(held) is not None


def lock(connection: Connection, ids: Iterable[int]) -> None:
    """Lock the rows in the order of their ids; on SQLite a write transaction is alone anyway."""
    if connection.dialect.name != "sqlite":
        named = delivery.c.id == any_(bindparam("ids", sorted(set(ids)), ARRAY(BigInteger())))
        connection.execute(select(delivery.c.id).where(named).order_by(delivery.c.id).with_for_update())


def move_listed(frm: DeliveryState, to: DeliveryState, listed: FromClause) -> Update:
    """A statement that moves the deliveries of a table by its `row_id`, and by its `row_token` where it has one.

    The rows are found by their ids: `coalesce` keeps PostgreSQL from reading all of `delivery_owner` for each batch,
    where its statistics are of a time when nothing was claimed. Of locked rows the table has the `PLACE` instead, where
    PostgreSQL finds each, whatever it expects to match.
    """
    found = delivery.c.id == listed.c.row_id if PLACE.name not in listed.c else listed.c[PLACE.name] == PLACE
    statement = _delivery_update({frm}, to).where(found)
    if "row_token" not in listed.c:
        return statement
    return statement.where(func.coalesce(delivery.c.claim_token, "") == listed.c.row_token)


def move_named(frm: DeliveryState, to: DeliveryState) -> Update:
    """A statement for PostgreSQL that moves deliveries by their ids."""
    return _delivery_update({frm}, to).where(IS_NAMED)


def move_each(connection: Connection, frm: DeliveryState, to: DeliveryState, rows: Sequence[Mapping[str, Any]]) -> None:
    """Move locked rows, each with values of its own: every mapping has `row_id`, `row_token` and the same columns."""
    columns = {name: delivery.c[name].type for name in rows[0] if name in delivery.c}
    types = {**TOKEN_COLUMNS, **columns}
    listed = values_table(connection, types, [[row[name] for name in types] for row in rows])
    connection.execute(move_listed(frm, to, listed).values({name: listed.c[name] for name in columns}))


def move_issue(
    connection: Connection,
    frm: Collection[IssueState],
    to: IssueState,
    where: ColumnElement[bool],
    values: Mapping[str, Any],
) -> int:
    """Move every issue in `frm` that matches `where`; the number of issues. Raises ValueError for an illegal move."""
    statement = _update(issue, frm, to, _ISSUE_TRANSITIONS).where(where)
    moved = connection.execute(statement.values(values)).rowcount
    if moved and to in SENDABLE:
        announce_work(connection)
    return moved


def issue_sources(to: IssueState) -> frozenset[IssueState]:
    """The states from which an issue may move to `to`."""
    return frozenset(frm for frm, target in _ISSUE_TRANSITIONS if target is to)


def _delivery_update(frm: Collection[DeliveryState], to: DeliveryState) -> Update:
    return _update(delivery, frm, to, _DELIVERY_TRANSITIONS).values(dict(_CLEARED[to]))


def _update(table: Table, frm: Collection[Any], to: Any, allowed: Collection[tuple[Any, Any]]) -> Update:
    wrong = [state for state in frm if (state, to) not in allowed]
    if wrong or not frm:
        raise ValueError(f"{table.name}: no move from {', '.join(map(str, wrong)) or 'nothing'} to {to}")
    state: Column[Enum] = table.c.state
    return table.update().where(or_(*(state == known for known in frm))).values(state=to)
