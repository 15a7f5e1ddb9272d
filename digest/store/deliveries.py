"""The ledger: one row for each message to one reader, and everything that may happen to it."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, cast, exists, func, literal, or_, select

from digest.model import Claim, DeliveryState, IssueRecord, IssueState, Outcome, Receipt, SubscriberStatus, Tally
from digest.store.database import Database
from digest.store.editions import issue_record
from digest.store.ledger import CHUNK, issue_sources, move, move_each, move_issue, move_locked
from digest.store.schema import delivery, issue, resend, subscriber

_S = DeliveryState
_GOING = (IssueState.FROZEN, IssueState.SENDING)
_OPEN = (_S.PLANNED, _S.CLAIMED, _S.SENDING, _S.DEFERRED)
_HELD = (_S.CLAIMED, _S.SENDING)
_UNPROVEN = (*_HELD, _S.UNKNOWN)

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


class Deliveries:
    """The rows of all issues; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, limit: int, *, owner: str, now: datetime, lease: timedelta, issue_id: int | None = None
    ) -> list[Claim]:
        """Take up to `limit` rows that are due, for nobody else before `now + lease`; none: nothing is due."""
        token = f"{owner}:{secrets.token_hex(8)}-"
        claims: list[Claim] = []
        with self._database.write() as connection:
            for going in _going_issues(connection, now, issue_id):
                for state in (_S.PLANNED, _S.DEFERRED):
                    claims += _claim_from(connection, going, state, limit - len(claims), token, now, now + lease)
        return claims

    def intend(self, messages: Sequence[tuple[int, str]], now: datetime, lease: timedelta) -> set[int]:
        """Record durably that these messages (delivery id, token) may be finished; the ids that may."""
        tokens = dict(messages)
        with self._database.write() as connection:
            rows = [row for row in _locked(connection, list(tokens)) if _may_intend(row, tokens)]
            sorted_out = _by(rows, _verdict)
            begun = {
                "tries": delivery.c.tries + 1,
                "claim_expires": now + lease,
                "first_attempt_at": func.coalesce(delivery.c.first_attempt_at, literal(now, delivery.c.due_at.type)),
                "last_attempt_at": now,
            }
            for verdict, judged in sorted_out.items():
                values = begun if verdict is _S.SENDING else None
                move_locked(connection, {_S.CLAIMED}, verdict, [row.id for row in judged], values)
        return {row.id for row in sorted_out.get(_S.SENDING, ())}

    def settle(self, receipts: Sequence[Receipt], now: datetime, next_try: Callable[[int], datetime | None]) -> None:
        """Record what became of messages; a receipt whose token or state does not fit changes nothing.

        `next_try` tells from the number of tries when to try again, or None to give the message up. A refusal pauses
        the issue.
        """
        if not receipts:
            return
        by_token = {(receipt.delivery_id, receipt.token): receipt for receipt in receipts}
        with self._database.write() as connection:
            rows = _locked(connection, sorted({delivery_id for delivery_id, _token in by_token}))
            told = [(row, by_token[row.id, row.claim_token]) for row in rows if (row.id, row.claim_token) in by_token]
            for (outcome, frm), pairs in _by(told, lambda pair: (pair[1].outcome, pair[0].state)).items():
                if (outcome, frm) in _SETTLED:
                    _settle(connection, frm, _SETTLED[outcome, frm], pairs, now, next_try)
            _pause_refused(connection, told, now)

    def release(self, owner: str) -> int:
        """Give back what this owner claimed and did not begin; the number of rows."""
        with self._database.write() as connection:
            return move(connection, {_S.CLAIMED}, _S.PLANNED, _owned(owner))

    def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
        """Prolong the lease of all rows that this owner holds; their number."""
        held = and_(_owned(owner), delivery.c.state.in_(_HELD))
        with self._database.write() as connection:
            ids = select(delivery.c.id).where(held).order_by(delivery.c.id).with_for_update()
            prolonged = delivery.update().where(delivery.c.id.in_(ids)).values(claim_expires=now + lease)
            return connection.execute(prolonged).rowcount

    def recover(self, now: datetime, dead: Callable[[str], bool | None]) -> tuple[int, int]:
        """Take back the rows of dead owners: how many are planned again, and how many are unknown now.

        `dead` proves an owner dead (True) or alive (False); where it cannot (None), the lease decides.
        """
        planned = unknown = 0
        for owner in self._owners():
            verdict = dead(owner)
            if verdict is False:
                continue
            gone = _owned(owner) if verdict else and_(_owned(owner), delivery.c.claim_expires < now)
            with self._database.write() as connection:
                planned += move(connection, {_S.CLAIMED}, _S.PLANNED, gone)
            with self._database.write() as connection:
                unknown += move(connection, {_S.SENDING}, _S.UNKNOWN, gone)
        return planned, unknown

    def expire(self, now: datetime) -> int:
        """End what still waits after its issue's deadline; the number of rows."""
        late = select(issue.c.id).where(issue.c.deadline <= now, issue.c.state.in_((*_GOING, IssueState.PAUSED)))
        with self._database.write() as connection:
            return move(connection, {_S.PLANNED, _S.DEFERRED}, _S.EXPIRED, delivery.c.issue_id.in_(late))

    def finish(self, now: datetime) -> int:
        """Mark the issues done in which nothing is planned, claimed, sending or deferred; their number."""
        open_row = exists().where(delivery.c.issue_id == issue.c.id, delivery.c.state.in_(_OPEN))
        going = select(issue.c.id).where(issue.c.state.in_(_GOING)).order_by(issue.c.id)
        with self._database.write() as connection:
            ids = connection.scalars(going.with_for_update()).all()
            where = and_(issue.c.id.in_(ids), ~open_row)
            return move_issue(connection, _GOING, IssueState.DONE, where, {"updated_at": now}) if ids else 0

    def tally(self, issue_id: int) -> Tally:
        """How many rows of the issue are in each state."""
        counted = select(delivery.c.state, func.count().label("number")).where(delivery.c.issue_id == issue_id)
        with self._database.read() as connection:
            rows = connection.execute(counted.group_by(delivery.c.state))
            return Tally(counts={row.state: row.number for row in rows})

    def status(self) -> list[tuple[IssueRecord, Tally]]:
        """Every issue that was frozen and its tally, at one moment, the latest activity first."""
        counted = select(delivery.c.issue_id, delivery.c.state, func.count(), func.max(delivery.c.last_attempt_at))
        counts: dict[int, dict[DeliveryState, int]] = defaultdict(dict)
        with self._database.read() as connection:
            rows = connection.execute(select(issue).where(issue.c.frozen_at.is_not(None))).all()
            active: dict[int, datetime] = {row.id: row.updated_at for row in rows}
            for issue_id, state, number, last in connection.execute(counted.group_by("issue_id", "state")):
                counts[issue_id][state] = number
                active[issue_id] = max(last or active[issue_id], active[issue_id])
        latest = sorted(rows, key=lambda row: (active[row.id], row.id), reverse=True)
        return [(issue_record(row), Tally(counts=counts.get(row.id, {}))) for row in latest]

    def next_due(self, now: datetime) -> datetime | None:
        """The moment of the next deferred try of any issue that is going; it may have passed."""
        going = select(issue.c.id).where(_before_deadline(now))
        first = select(func.min(delivery.c.next_try_at)).where(
            delivery.c.state == _S.DEFERRED, delivery.c.issue_id.in_(going)
        )
        with self._database.read() as connection:
            moment: datetime | None = connection.scalar(first)
        return moment

    def resend_unknown(self, issue_id: int, by: str, now: datetime) -> int:
        """Plan the issue's unknown messages again, because `by` says so; their number. The deadline starts anew."""
        with self._database.write() as connection:
            known = connection.execute(select(issue).where(issue.c.id == issue_id).with_for_update()).one_or_none()
            if known is None or known.state is IssueState.CANCELLED:
                return 0
            unknown = delivery.c.issue_id == issue_id
            number = move(connection, {_S.UNKNOWN}, _S.PLANNED, unknown, {"due_at": now})
            if number:
                _reopen(connection, known, now)
                told = {"issue_id": issue_id, "by": by, "at": now, "messages": number}
                connection.execute(resend.insert(), told)
        return number

    def cancel(self, issue_id: int, now: datetime) -> bool:
        """Stop the issue for good, and every message that was not begun; false when it was over or never was."""
        where = issue.c.id == issue_id
        sources = issue_sources(IssueState.CANCELLED)
        with self._database.write() as connection:
            if not move_issue(connection, sources, IssueState.CANCELLED, where, {"updated_at": now}):
                return False
            waiting = {_S.PLANNED, _S.DEFERRED, _S.CLAIMED}
            move(connection, waiting, _S.CANCELLED, delivery.c.issue_id == issue_id)
        return True

    def _owners(self) -> list[str]:
        held = and_(delivery.c.claim_token.is_not(None), delivery.c.state.in_(_HELD))
        with self._database.read() as connection:
            tokens = connection.scalars(select(delivery.c.claim_token).where(held))
            return sorted({token.rpartition(":")[0] for token in tokens})


def _going_issues(connection: Connection, now: datetime, issue_id: int | None) -> Iterator[int]:
    wanted = select(issue.c.id, issue.c.state).where(_before_deadline(now)).order_by(issue.c.frozen_at, issue.c.id)
    if issue_id is not None:
        wanted = wanted.where(issue.c.id == issue_id)
    for row in connection.execute(wanted).all():
        if row.state is IssueState.FROZEN:
            values = {"updated_at": now}
            move_issue(connection, {IssueState.FROZEN}, IssueState.SENDING, issue.c.id == row.id, values)
        yield row.id


def _before_deadline(now: datetime) -> ColumnElement[bool]:
    return and_(issue.c.state.in_(_GOING), or_(issue.c.deadline.is_(None), issue.c.deadline > now))


def _claim_from(
    connection: Connection, issue_id: int, state: DeliveryState, limit: int, token: str, now: datetime, until: datetime
) -> list[Claim]:
    due: Select[Any] = (
        select(
            delivery.c.id,
            delivery.c.variant_id,
            delivery.c.issue_id,
            delivery.c.address,
            delivery.c.tries,
            subscriber.c.name,
            subscriber.c.status,
        )
        .join(subscriber)
        .where(delivery.c.issue_id == issue_id, delivery.c.state == state, delivery.c.due_at <= now)
        .order_by(delivery.c.due_at, delivery.c.id)
        .with_for_update(of=delivery, skip_locked=True)
    )
    claims: list[Claim] = []
    while len(claims) < limit and (rows := connection.execute(due.limit(min(limit - len(claims), CHUNK))).all()):
        staying = [row for row in rows if row.status is SubscriberStatus.CONFIRMED]
        gone = [row.id for row in rows if row.status is not SubscriberStatus.CONFIRMED]
        move_locked(connection, {state}, _S.CANCELLED, gone)
        values = {"claim_token": literal(token).concat(cast(delivery.c.id, Text)), "claim_expires": until}
        move_locked(connection, {state}, _S.CLAIMED, [row.id for row in staying], values)
        claims += [_claim(row, token) for row in staying]
    return claims


def _claim(row: Row[Any], token: str) -> Claim:
    return Claim(
        delivery_id=row.id,
        variant_id=row.variant_id,
        issue_id=row.issue_id,
        address=row.address,
        name=row.name,
        tries=row.tries,
        token=f"{token}{row.id}",
    )


def _locked(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows that somebody holds or held, with their subscriber's status and their issue's state."""
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
    if row.status is not SubscriberStatus.CONFIRMED or row.issue_state is IssueState.CANCELLED:
        return _S.CANCELLED
    return _S.SENDING if row.issue_state in _GOING else _S.PLANNED


def _settle(
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
        move_issue(connection, _GOING, IssueState.PAUSED, issue.c.id == issue_id, values)


def _reopen(connection: Connection, known: Row[Any], now: datetime) -> None:
    where = issue.c.id == known.id
    if known.state is IssueState.DONE:
        move_issue(connection, {IssueState.DONE}, IssueState.SENDING, where, {"updated_at": now})
    if known.deadline is not None:
        until = max(known.deadline, now + (known.deadline - known.frozen_at))
        connection.execute(issue.update().where(where).values(deadline=until, updated_at=now))


def _owned(owner: str) -> ColumnElement[bool]:
    # A range finds the tokens of one owner through the index; ";" is the character after ":".
    return and_(delivery.c.claim_token >= f"{owner}:", delivery.c.claim_token < f"{owner};")


def _by(items: Sequence[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
