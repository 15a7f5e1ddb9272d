"""The law of the ledger: which state may follow which. Every change of a state goes through here.

On PostgreSQL every statement locks its rows in the order of their ids, so that two of them never wait for each other.
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
    TableValuedAlias,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState
from digest.store.schema import delivery, issue

CHUNK = 500  # rows named one by one in a statement
GOING = (IssueState.FROZEN, IssueState.SENDING)  # the issues whose messages may leave

# Each half of the rows has its index, and a query must say which half it means to use it. (A range of tokens: SQLite
# does not think of the index for "not null".)
AT_REST = delivery.c.claim_expires.is_(None)
IN_HAND = and_(delivery.c.claim_token > "", delivery.c.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING)))

_D, _I = DeliveryState, IssueState

_ROW_MOVES = frozenset(
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
    }
)

_UNFROZEN = (_I.PLANNED, _I.HELD, _I.SKIPPED)
_ISSUE_MOVES = frozenset(
    {
        *((frm, to) for frm, to in product(_UNFROZEN, (*_UNFROZEN, _I.FROZEN, _I.CANCELLED)) if frm is not to),
        *((state, state) for state in (_I.HELD, _I.SKIPPED)),  # for another reason
        *product((_I.FROZEN, _I.SENDING), (_I.DONE, _I.PAUSED, _I.CANCELLED)),
        (_I.FROZEN, _I.SENDING),
        (_I.PAUSED, _I.SENDING),
        (_I.PAUSED, _I.CANCELLED),
        (_I.DONE, _I.SENDING),  # its unknown messages go out again
    }
)

# What a row forgets when it arrives: only who may finish or prove a message keeps a token.
_FREE: Mapping[str, None] = {"claim_token": None, "claim_expires": None, "next_try_at": None}
_ARRIVING: Mapping[DeliveryState, Mapping[str, None]] = {
    _D.PLANNED: _FREE,
    _D.CLAIMED: {"next_try_at": None},
    _D.SENDING: {},
    _D.SENT: _FREE,
    _D.DEFERRED: {"claim_token": None, "claim_expires": None},
    _D.BOUNCED: _FREE,
    _D.UNKNOWN: {"claim_expires": None},
    _D.CANCELLED: _FREE,
    _D.EXPIRED: _FREE,
}


def move(
    connection: Connection,
    frm: Collection[DeliveryState],
    to: DeliveryState,
    where: ColumnElement[bool],
    values: Mapping[str, Any] | None = None,
) -> int:
    """Move every row in `frm` that answers `where`; the number of rows. Raises ValueError for an illegal move."""
    chosen = locked(connection, and_(delivery.c.state.in_(frm), where))
    statement = _row_update(frm, to).where(chosen).values(values or {})
    return connection.execute(statement).rowcount


def locked(connection: Connection, where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a row answers `where`, for the statement that changes it; the rows are locked in the order of their ids.

    As `id IN (SELECT … FOR UPDATE)` PostgreSQL, before it has statistics of a new issue's rows, may look for the locked
    rows once for each row of the table: two minutes for a million. SQLite has no such locks, and its driver counts no
    rows of a statement that begins with WITH.
    """
    chosen = select(delivery.c.id).where(where)
    if connection.dialect.name == "sqlite":
        return delivery.c.id.in_(chosen)
    return delivery.c.id == chosen.order_by(delivery.c.id).with_for_update().cte("locked").c.id


def move_locked(
    connection: Connection,
    frm: Collection[DeliveryState],
    to: DeliveryState,
    ids: Sequence[int],
    values: Mapping[str, Any] | None = None,
) -> None:
    """Move rows that this transaction has locked already. Raises ValueError for an illegal move."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        connection.execute(_row_update(frm, to).where(delivery.c.id.in_(part)).values(values or {}))


def lock(connection: Connection, ids: Iterable[int]) -> None:
    """Lock the rows in the order of their ids, where a transaction has not the whole database to itself."""
    if connection.dialect.name != "sqlite":
        named = delivery.c.id == any_(bindparam("ids", sorted(set(ids)), ARRAY(BigInteger())))
        connection.execute(select(delivery.c.id).where(named).order_by(delivery.c.id).with_for_update())


def told_move(frm: DeliveryState, to: DeliveryState, told: FromClause) -> Update:
    """A statement that moves the rows told by `row_id`, and where their tokens are told (`row_token`), no others."""
    statement = _row_update({frm}, to).where(delivery.c.id == told.c.row_id)
    return statement.where(delivery.c.claim_token == told.c.row_token) if "row_token" in told.c else statement


def move_each(connection: Connection, frm: DeliveryState, to: DeliveryState, rows: Sequence[Mapping[str, Any]]) -> None:
    """Move locked rows, each with values of its own: every mapping has `row_id`, `row_token` and the same columns."""
    statement = _row_update({frm}, to)
    if connection.dialect.name == "sqlite":
        same = and_(delivery.c.id == bindparam("row_id"), delivery.c.claim_token == bindparam("row_token"))
        connection.execute(statement.where(same), list(rows))
        return
    # One statement for all of them: on a server each further one costs more than the change itself.
    told = _unnested(rows)
    same = and_(delivery.c.id == told.c.row_id, delivery.c.claim_token == told.c.row_token)
    values = {name: told.c[name] for name in rows[0] if name in delivery.c}
    connection.execute(statement.where(same).values(values))


def _unnested(rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    types: dict[str, TypeEngine[Any]] = {"row_id": BigInteger(), "row_token": Text()}
    types |= {name: delivery.c[name].type for name in rows[0] if name in delivery.c}
    arrays = [bindparam(f"all_{name}", [row[name] for row in rows], ARRAY(kind)) for name, kind in types.items()]
    columns = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name="told").render_derived()


def move_issue(
    connection: Connection,
    frm: Collection[IssueState],
    to: IssueState,
    where: ColumnElement[bool],
    values: Mapping[str, Any],
) -> int:
    """Move every issue in `frm` that answers `where`; the number of issues. Raises ValueError for an illegal move."""
    statement = _update(issue, frm, to, _ISSUE_MOVES).where(where)
    return connection.execute(statement.values(values)).rowcount


def issue_sources(to: IssueState) -> frozenset[IssueState]:
    """The states from which an issue may come to `to`."""
    return frozenset(frm for frm, target in _ISSUE_MOVES if target is to)


def _row_update(frm: Collection[DeliveryState], to: DeliveryState) -> Update:
    return _update(delivery, frm, to, _ROW_MOVES).values(dict(_ARRIVING[to]))


def _update(table: Table, frm: Collection[Any], to: Any, legal: Collection[tuple[Any, Any]]) -> Update:
    wrong = [state for state in frm if (state, to) not in legal]
    if wrong or not frm:
        raise ValueError(f"{table.name}: no move from {', '.join(map(str, wrong)) or 'nothing'} to {to}")
    state: Column[Enum] = table.c.state
    return table.update().where(or_(*(state == known for known in frm))).values(state=to)
