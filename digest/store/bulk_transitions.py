"""The way that nearly every message goes (claimed, begun, sent), for a whole batch of rows in one statement each.

The statements are made once, because making one costs more than running it. What does not go this way stays as it is,
for `recording` to look at row by row.

`swiftly`, a statement is only asked how many rows it moved, not which: where the number is not that of all rows, the
transaction is to be undone.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, Text, Update, bindparam, cast, func, literal, select
from sqlalchemy.types import TypeEngine

from digest.model.deliveries import Claim, DeliveryState, Outcome, Receipt
from digest.model.subscribers import SubscriberStatus
from digest.store.row_values import heard, telling, to_be_heard, to_be_told
from digest.store.schema import delivery, issue, subscriber
from digest.store.transitions import AT_REST, CHUNK, GOING, told_move

_S = DeliveryState
_MOMENT = delivery.c.due_at.type
_STATE = issue.c.state.type
_ID: dict[str, TypeEngine[Any]] = {"row_id": BigInteger()}
_PROOF: dict[str, TypeEngine[Any]] = {**_ID, "row_token": Text()}
_REPLY: dict[str, TypeEngine[Any]] = {
    name: delivery.c[name].type for name in ("smtp_code", "enhanced_code", "smtp_text", "remote_queue_id")
}


def claim(
    connection: Connection, issue_id: int, state: DeliveryState, limit: int, token: str, now: datetime, until: datetime
) -> list[Claim]:
    """Take up to `limit` rows of the issue that are due; a row's token is `token` and its id. Who left is cancelled."""
    claims: list[Claim] = []
    due = _due(connection.dialect.name)
    told = {"of_issue": issue_id, "in_state": state, "now": now}
    while len(claims) < limit:
        rows = heard(connection, due, told | {"most": min(limit - len(claims), CHUNK)})
        if not rows:
            break
        staying = [row for row in rows if row[-1] == SubscriberStatus.CONFIRMED]
        _move(connection, state, _S.CANCELLED, [row for row in rows if row[-1] != SubscriberStatus.CONFIRMED], {})
        _move(connection, state, _S.CLAIMED, staying, {"token": token, "until": until})
        claims += [
            Claim(
                delivery_id=row_id,
                variant_id=variant_id,
                issue_id=issue_id,
                address=address,
                name=name,
                tries=tries,
                token=f"{token}{row_id}",
            )
            for row_id, variant_id, address, name, tries, _status in staying
        ]
    return claims


class UnevenError(Exception):
    """Not every row went the way that nearly all go: nothing of this transaction may stand."""


def begin(
    connection: Connection, messages: Sequence[tuple[int, str]], now: datetime, until: datetime, *, swiftly: bool
) -> set[int]:
    """Begin what is claimed with these tokens, still wanted, and of an issue that goes on; the ids.

    Raises UnevenError where that is not all of them, and it was to be done swiftly.
    """
    told = telling(connection, _PROOF, messages) | {"now": now, "until": until}
    ids = [delivery_id for delivery_id, _token in messages]
    return _moved(connection, _beginning(connection.dialect.name), told, ids, swiftly)


def note_sent(connection: Connection, receipts: Sequence[Receipt], *, swiftly: bool) -> set[int]:
    """Note what was being sent and now is, with the server's reply; the ids. Raises UnevenError as `begin` does."""
    sent = [receipt for receipt in receipts if receipt.outcome is Outcome.SENT]
    if not sent:
        return set()
    rows = [(one.delivery_id, one.token, one.code, one.enhanced, one.text, one.queue_id) for one in sent]
    told = telling(connection, _PROOF | _REPLY, rows)
    return _moved(connection, _sent(connection.dialect.name), told, [one.delivery_id for one in sent], swiftly)


def _moved(
    connection: Connection, statement: Update, told: dict[str, Any], ids: Sequence[int], swiftly: bool
) -> set[int]:
    if not swiftly:
        return set(connection.scalars(statement.returning(delivery.c.id), told))
    if connection.execute(statement, told).rowcount != len(ids):
        raise UnevenError
    return set(ids)


def _move(
    connection: Connection, frm: DeliveryState, to: DeliveryState, rows: Sequence[Any], values: dict[str, object]
) -> None:
    if rows:
        told = telling(connection, _ID, [row[:1] for row in rows])
        connection.execute(_moving(connection.dialect.name, frm, to), told | values)


@cache
def _due(dialect: str) -> Select[Any]:
    columns = (delivery.c.id, delivery.c.variant_id, delivery.c.address, delivery.c.name, delivery.c.tries)
    of_issue = delivery.c.issue_id == bindparam("of_issue", type_=BigInteger())
    in_state = delivery.c.state == bindparam("in_state", type_=delivery.c.state.type)
    rows = (
        select(*columns, subscriber.c.status)
        .join(subscriber)
        .where(of_issue, in_state, AT_REST, delivery.c.due_at <= bindparam("now", type_=_MOMENT))
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(bindparam("most", type_=BigInteger()))
        .with_for_update(of=delivery, skip_locked=True)
    )
    return to_be_heard(dialect, rows)


@cache
def _moving(dialect: str, frm: DeliveryState, to: DeliveryState) -> Update:
    """The statement that moves locked rows by their ids; who claims them gives a token and a lease."""
    moved = told_move(frm, to, to_be_told(dialect, _ID))
    if to is not _S.CLAIMED:
        return moved
    token = bindparam("token", type_=Text()).concat(cast(delivery.c.id, Text))
    return moved.values(claim_token=token, claim_expires=bindparam("until", type_=_MOMENT))


@cache
def _beginning(dialect: str) -> Update:
    now = bindparam("now", type_=_MOMENT)
    # Scalar: PostgreSQL makes a join of EXISTS, and may read the whole table of readers for each batch.
    status = select(subscriber.c.status).where(subscriber.c.id == delivery.c.subscriber_id).scalar_subquery()
    stands = select(issue.c.state).where(issue.c.id == delivery.c.issue_id).scalar_subquery()
    # As literals: a list of plain values would be written into the statement anew at each execution.
    wanted, going = status == SubscriberStatus.CONFIRMED, stands.in_([literal(state, _STATE) for state in GOING])
    begun = {
        "tries": delivery.c.tries + 1,
        "claim_expires": bindparam("until", type_=_MOMENT),
        "first_attempt_at": func.coalesce(delivery.c.first_attempt_at, now),
        "last_attempt_at": now,
    }
    told = to_be_told(dialect, _PROOF)
    return told_move(_S.CLAIMED, _S.SENDING, told).where(wanted, going).values(begun)


@cache
def _sent(dialect: str) -> Update:
    told = to_be_told(dialect, _PROOF | _REPLY)
    reply = {name: told.c[name] for name in _REPLY}
    return told_move(_S.SENDING, _S.SENT, told).values(reply)
