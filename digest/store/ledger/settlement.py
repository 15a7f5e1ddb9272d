"""What receipts and permissions do to locked rows: to nearly all of them at once, and to the others row by row."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, select

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import SENDABLE, IssueState
from digest.store.engine.chunks import chunks
from digest.store.ledger import bulk_transitions
from digest.store.ledger.transitions import move_each, move_issue, move_locked
from digest.store.tables.schema import delivery, issue, subscriber

_S = DeliveryState
_HAVE_TOKENS = (_S.CLAIMED, _S.SENDING, _S.UNKNOWN)
_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)

# Where a receipt moves a row in each state; where a pair is missing, the receipt changes nothing.
_SETTLED = {
    (Outcome.SENT, _S.SENDING): _S.SENT,
    (Outcome.SENT, _S.UNKNOWN): _S.SENT,
    (Outcome.DEFERRED, _S.CLAIMED): _S.DEFERRED,
    (Outcome.DEFERRED, _S.SENDING): _S.DEFERRED,
    (Outcome.BOUNCED, _S.CLAIMED): _S.BOUNCED,
    (Outcome.BOUNCED, _S.SENDING): _S.BOUNCED,
    (Outcome.UNKNOWN, _S.SENDING): _S.UNKNOWN,
    (Outcome.REFUSED, _S.CLAIMED): _S.PLANNED,
    (Outcome.REFUSED, _S.SENDING): _S.DEFERRED,
}


def begin(
    connection: Connection, messages: Sequence[tuple[int, str]], now: datetime, until: datetime, *, optimistic: bool
) -> set[int]:
    """Begin the locked rows that may be finished; their ids. The others are cancelled or planned again.

    With `optimistic` it raises PartialUpdateError unless that is all of them.
    """
    begun = bulk_transitions.begin(connection, messages, now, until, optimistic=optimistic)
    tokens = {delivery_id: token for delivery_id, token in messages if delivery_id not in begun}
    rows = [row for row in _locked_rows(connection, list(tokens)) if row.claim_token == tokens[row.id]]
    for state, denied in _grouped(rows, _state_without_permission).items():
        move_locked(connection, {_S.CLAIMED}, state, [row.id for row in denied])
    return begun


def begun_before(connection: Connection, messages: Sequence[tuple[int, str]]) -> set[int]:
    """The ids of the locked rows that are being sent with these tokens."""
    tokens = dict(messages)
    rows = _locked_rows(connection, list(tokens))
    return {row.id for row in rows if row.state is _S.SENDING and row.claim_token == tokens[row.id]}


def settle(
    connection: Connection,
    by_token: Mapping[tuple[int, str], Receipt],
    now: datetime,
    next_try: Callable[[int], datetime | None],
    *,
    optimistic: bool,
) -> None:
    """Settle the rows whose token and state match; the receipts are keyed by delivery id and token.

    With `optimistic` it raises PartialUpdateError unless all those of sent messages match.
    """
    sent = bulk_transitions.mark_sent(connection, list(by_token.values()), optimistic=optimistic)
    rows = _locked_rows(connection, sorted({delivery_id for delivery_id, _token in by_token} - sent))
    matched = [(row, by_token[row.id, row.claim_token]) for row in rows if (row.id, row.claim_token) in by_token]
    for (outcome, frm), pairs in _grouped(matched, lambda pair: (pair[1].outcome, pair[0].state)).items():
        if (outcome, frm) in _SETTLED:
            _settle_group(connection, frm, _SETTLED[outcome, frm], pairs, now, next_try)
    _pause_refused(connection, matched, now)


def _locked_rows(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Those of the rows that have a token, with their subscriber's status and their issue's state."""
    if not ids:
        return []
    rows: Select[Any] = (
        select(
            delivery.c.id,
            delivery.c.issue_id,
            delivery.c.state,
            delivery.c.claim_token,
            delivery.c.tries,
            delivery.c.first_attempt_at,
            subscriber.c.status,
            issue.c.state.label("issue_state"),
            issue.c.kind,
        )
        .outerjoin(subscriber)
        .join(issue, issue.c.id == delivery.c.issue_id)
        .where(delivery.c.state.in_(_HAVE_TOKENS))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    return [row for chunk in chunks(sorted(ids)) for row in connection.execute(rows.where(delivery.c.id.in_(chunk)))]


def _state_without_permission(row: Row[Any]) -> DeliveryState:
    """The next state of a message that must not leave now."""
    over = not bulk_transitions.may_receive(row.status, row.kind) or row.issue_state is IssueState.CANCELLED
    return _S.CANCELLED if over else _S.PLANNED


def _settle_group(
    connection: Connection,
    frm: DeliveryState,
    to: DeliveryState,
    pairs: Sequence[tuple[Row[Any], Receipt]],
    now: datetime,
    next_try: Callable[[int], datetime | None],
) -> None:
    rows = [_settled_values(row, receipt, frm, to, now) for row, receipt in pairs]
    given_up = []
    if to is _S.DEFERRED:
        for values, (_row, receipt) in zip(rows, pairs, strict=True):
            again = _time_of_next_try(receipt, values["tries"], now, next_try)
            if again is None:
                given_up.append(values["row_id"])
            values["due_at"] = values["next_try_at"] = again or now
    move_each(connection, frm, to, rows)
    move_locked(connection, {_S.DEFERRED}, _S.EXPIRED, given_up)


def _time_of_next_try(
    receipt: Receipt, tries: int, now: datetime, next_try: Callable[[int], datetime | None]
) -> datetime | None:
    if receipt.retry_at is not None:
        return receipt.retry_at
    return now if receipt.outcome is Outcome.REFUSED else next_try(tries)


def _settled_values(
    row: Row[Any], receipt: Receipt, frm: DeliveryState, to: DeliveryState, now: datetime
) -> dict[str, Any]:
    values = {
        "row_id": row.id,
        "row_token": row.claim_token,
        "smtp_code": receipt.code,
        "enhanced_code": receipt.enhanced,
        "smtp_text": receipt.text,
        "remote_queue_id": receipt.queue_id,
        "tries": row.tries,
    }
    if frm is _S.CLAIMED and to is not _S.PLANNED:  # an attempt that ended before the end of its message
        values |= {"tries": row.tries + 1, "first_attempt_at": row.first_attempt_at or now, "last_attempt_at": now}
    return values


def _pause_refused(connection: Connection, matched: Sequence[tuple[Row[Any], Receipt]], now: datetime) -> None:
    refused = {
        row.issue_id: receipt
        for row, receipt in matched
        if receipt.outcome is Outcome.REFUSED and (receipt.outcome, row.state) in _SETTLED
    }
    for issue_id, receipt in sorted(refused.items()):
        values = {"reason": f"the mail server refuses us: {receipt.reply}", "updated_at": now}
        move_issue(connection, SENDABLE, IssueState.PAUSED, issue.c.id == issue_id, values)


def _grouped(items: Sequence[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, list[_Item]]:
    groups: dict[_Key, list[_Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
