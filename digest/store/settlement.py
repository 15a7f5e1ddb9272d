"""What receipts and intents do to locked rows: to nearly all of them at once, and row by row to those that are left."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueState
from digest.model.subscribers import SubscriberStatus
from digest.store import bulk_transitions
from digest.store.schema import delivery, issue, subscriber
from digest.store.transitions import CHUNK, GOING, move_each, move_issue, move_locked

_S = DeliveryState
_UNPROVEN = (_S.CLAIMED, _S.SENDING, _S.UNKNOWN)

# Where a receipt leads from each state; what is not here is no move, and the receipt changes nothing.
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
    connection: Connection, messages: Sequence[tuple[int, str]], now: datetime, until: datetime, *, swiftly: bool
) -> set[int]:
    """Begin what may be finished, of locked rows; their ids. What may not leave is cancelled, or planned again.

    Swiftly, it takes for granted that all of them may; raises UnevenError where that is wrong.
    """
    begun = bulk_transitions.begin(connection, messages, now, until, swiftly=swiftly)
    tokens = {delivery_id: token for delivery_id, token in messages if delivery_id not in begun}
    rows = [row for row in _locked(connection, list(tokens)) if _may_intend(row, tokens)]
    for verdict, judged in _by(rows, _verdict).items():
        move_locked(connection, {_S.CLAIMED}, verdict, [row.id for row in judged])
    return begun


def settle(
    connection: Connection,
    by_token: Mapping[tuple[int, str], Receipt],
    now: datetime,
    next_try: Callable[[int], datetime | None],
    *,
    swiftly: bool,
) -> None:
    """Settle the rows whose token and state fit; the receipts come by delivery id and token.

    Swiftly, it takes for granted that those of all sent messages do; raises UnevenError where that is wrong.
    """
    sent = bulk_transitions.note_sent(connection, list(by_token.values()), swiftly=swiftly)
    rows = _locked(connection, sorted({delivery_id for delivery_id, _token in by_token} - sent))
    told = [(row, by_token[row.id, row.claim_token]) for row in rows if (row.id, row.claim_token) in by_token]
    for (outcome, frm), pairs in _by(told, lambda pair: (pair[1].outcome, pair[0].state)).items():
        if (outcome, frm) in _SETTLED:
            _settle_each(connection, frm, _SETTLED[outcome, frm], pairs, now, next_try)
    _pause_refused(connection, told, now)


def _locked(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows that somebody holds or held, with their subscriber's status and their issue's state."""
    if not ids:
        return []
    wanted: Select[Any] = (
        select(
            delivery.c.id,
            delivery.c.issue_id,
            delivery.c.state,
            delivery.c.claim_token,
            delivery.c.tries,
            delivery.c.first_attempt_at,
            subscriber.c.status,
            issue.c.state.label("issue_state"),
        )
        .join(subscriber)
        .join(issue, issue.c.id == delivery.c.issue_id)
        .where(delivery.c.state.in_(_UNPROVEN))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    ordered = sorted(ids)
    parts = [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]
    return [row for part in parts for row in connection.execute(wanted.where(delivery.c.id.in_(part)))]


def _may_intend(row: Row[Any], tokens: dict[int, str]) -> bool:
    return row.state is _S.CLAIMED and row.claim_token == tokens[row.id]


def _verdict(row: Row[Any]) -> DeliveryState:
    """Where a message goes that must not leave."""
    gone = row.status is not SubscriberStatus.CONFIRMED or row.issue_state is IssueState.CANCELLED
    return _S.CANCELLED if gone else _S.PLANNED


def _settle_each(
    connection: Connection,
    frm: DeliveryState,
    to: DeliveryState,
    pairs: Sequence[tuple[Row[Any], Receipt]],
    now: datetime,
    next_try: Callable[[int], datetime | None],
) -> None:
    rows = [_settled(row, receipt, frm, to, now) for row, receipt in pairs]
    given_up = []
    if to is _S.DEFERRED:
        for values, (_row, receipt) in zip(rows, pairs, strict=True):
            again = now if receipt.outcome is Outcome.REFUSED else next_try(values["tries"])
            if again is None:
                given_up.append(values["row_id"])
            values["due_at"] = values["next_try_at"] = again or now
    move_each(connection, frm, to, rows)
    move_locked(connection, {_S.DEFERRED}, _S.EXPIRED, given_up)


def _settled(row: Row[Any], receipt: Receipt, frm: DeliveryState, to: DeliveryState, now: datetime) -> dict[str, Any]:
    values = {
        "row_id": row.id,
        "row_token": row.claim_token,
        "smtp_code": receipt.code,
        "enhanced_code": receipt.enhanced,
        "smtp_text": receipt.text,
        "remote_queue_id": receipt.queue_id,
        "tries": row.tries,
    }
    if frm is _S.CLAIMED and to is not _S.PLANNED:  # it was an attempt, though it ended before its message's end
        values |= {"tries": row.tries + 1, "first_attempt_at": row.first_attempt_at or now, "last_attempt_at": now}
    return values


def _pause_refused(connection: Connection, told: Sequence[tuple[Row[Any], Receipt]], now: datetime) -> None:
    refused = {
        row.issue_id: receipt
        for row, receipt in told
        if receipt.outcome is Outcome.REFUSED and (receipt.outcome, row.state) in _SETTLED
    }
    for issue_id, receipt in sorted(refused.items()):
        says = " ".join(str(part) for part in (receipt.code, receipt.enhanced, receipt.text) if part)
        values = {"reason": f"the mail server refuses us: {says}", "updated_at": now}
        move_issue(connection, GOING, IssueState.PAUSED, issue.c.id == issue_id, values)


def _by(items: Sequence[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
