"""The ledger: one row for each message to one reader, and everything that may happen to it."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
)

from digest import failpoints
from digest.model.deliveries import Claim, DeliveryState, Receipt, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.store import bulk_transitions, settlement
from digest.store.database import Database
from digest.store.issues import issue_record
from digest.store.schema import delivery, issue, resend
from digest.store.transitions import AT_REST, GOING, IN_HAND, issue_sources, lock, locked, move, move_issue

_S = DeliveryState
_Moment = datetime | BindParameter[datetime]
_RULE = "on_unknown"  # who resends where the edition's setting says so


class Deliveries:
    """The rows of all issues; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, limit: int, *, owner: str, now: datetime, lease: timedelta, issues: Collection[int] | None = None
    ) -> list[Claim]:
        """Take up to `limit` rows that are due, for nobody else before `now + lease`; none: nothing is due.

        Of these `issues`, as far as they are going, or of all.
        """
        token = f"{owner}:{secrets.token_hex(8)}-"
        claims: list[Claim] = []
        with self._database.write() as connection:
            for going in _going_issues(connection, now, issues):
                for state in (_S.PLANNED, _S.DEFERRED):
                    room = limit - len(claims)
                    claims += bulk_transitions.claim(connection, going, state, room, token, now, now + lease)
            failpoints.reach("store.before_claim_commit")
        return claims

    def record(
        self,
        receipts: Sequence[Receipt],
        messages: Sequence[tuple[int, str]],
        *,
        now: datetime,
        lease: timedelta,
        next_try: Callable[[int], datetime | None],
    ) -> set[int]:
        """Record what became of messages, then durably that others (delivery id, token) may be finished; their ids.

        A receipt whose token or state does not fit changes nothing. `next_try` tells from the number of tries when to
        try again, or None to give the message up. A refusal pauses the issue.
        """
        if not receipts and not messages:
            return set()
        by_token = {(receipt.delivery_id, receipt.token): receipt for receipt in receipts}

        def recorded(*, swiftly: bool) -> set[int]:
            begun: set[int] = set()
            with self._database.write(outlives_power=bool(messages)) as connection:
                lock(connection, (delivery_id for delivery_id, _token in (*by_token, *messages)))
                if receipts:
                    settlement.settle(connection, by_token, now, next_try, swiftly=swiftly)
                    failpoints.reach("store.before_settle_commit")
                if messages:
                    begun = settlement.begin(connection, sorted(messages), now, now + lease, swiftly=swiftly)
                    failpoints.reach("store.before_intend_commit")
            return begun

        try:
            return recorded(swiftly=True)
        except bulk_transitions.UnevenError:
            return recorded(swiftly=False)

    def release(self, owner: str) -> int:
        """Give back what this owner claimed and did not begin; the number of rows."""
        with self._database.write() as connection:
            return move(connection, {_S.CLAIMED}, _S.PLANNED, _owned(owner))

    def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
        """Prolong the lease of all rows that this owner holds; their number."""
        held = and_(_owned(owner), IN_HAND)
        with self._database.write() as connection:
            prolonged = delivery.update().where(locked(connection, held)).values(claim_expires=now + lease)
            return connection.execute(prolonged).rowcount

    def owners(self, leased_at: datetime | None = None) -> list[str]:
        """Who holds rows: who sends, and who died of it; of the latter only those whose lease was not over by then."""
        held = IN_HAND if leased_at is None else and_(IN_HAND, delivery.c.claim_expires > leased_at)
        with self._database.read() as connection:
            tokens = connection.scalars(select(delivery.c.claim_token).where(held))
            return sorted({token.rpartition(":")[0] for token in tokens})

    def recover(self, now: datetime, dead: Callable[[str], bool | None]) -> tuple[int, int]:
        """Take back the rows of dead owners: how many are planned again, and how many are unknown now.

        `dead` proves an owner dead (True) or alive (False); where it cannot (None), the lease decides.
        """
        planned = unknown = 0
        for owner in self.owners():
            verdict = dead(owner)
            if verdict is False:
                continue
            gone = _owned(owner) if verdict else and_(_owned(owner), delivery.c.claim_expires < now)
            with self._database.write() as connection:
                planned += move(connection, {_S.CLAIMED}, _S.PLANNED, gone)
            failpoints.reach("store.half_recovered")
            with self._database.write() as connection:
                unknown += move(connection, {_S.SENDING}, _S.UNKNOWN, gone)
        return planned, unknown

    def expire(self, now: datetime) -> int:
        """End what still waits after its issue's deadline, the number of rows; and what waits in a cancelled issue.

        There it can wait only where a message was on its way when the issue was cancelled, and came back.
        """
        with self._database.read() as connection:  # senders ask before each batch, and there is hardly ever any
            if connection.scalar(_ENDING, {"now": now}) is None:
                return 0
        late, over = _late(now), _over()
        with self._database.write() as connection:
            move(connection, {_S.PLANNED, _S.DEFERRED}, _S.CANCELLED, and_(delivery.c.issue_id.in_(over), AT_REST))
            return move(connection, {_S.PLANNED, _S.DEFERRED}, _S.EXPIRED, and_(delivery.c.issue_id.in_(late), AT_REST))

    def finish(self, now: datetime) -> int:
        """Mark the issues done in which nothing is planned, claimed, sending or deferred; their number."""
        going = select(issue.c.id).where(issue.c.state.in_(GOING)).order_by(issue.c.id)
        with self._database.write() as connection:
            ids = connection.scalars(going.with_for_update()).all()
            held = select(delivery.c.id).where(delivery.c.issue_id == issue.c.id, IN_HAND).exists()
            where = and_(issue.c.id.in_(ids), ~_waiting(), ~held)
            number = move_issue(connection, GOING, IssueState.DONE, where, {"updated_at": now}) if ids else 0
            failpoints.reach("store.before_finish_commit")
        return number

    def going(self, now: datetime) -> list[IssueRecord]:
        """The issues whose messages may leave now."""
        with self._database.read() as connection:
            return [issue_record(row) for row in connection.execute(_IS_GOING, {"now": now})]

    def pause(self, issue_id: int, reason: str, now: datetime) -> bool:
        """Stop the issue until a person lets it go on; false when it was not going."""
        values = {"reason": reason, "updated_at": now}
        with self._database.write() as connection:
            return move_issue(connection, GOING, IssueState.PAUSED, issue.c.id == issue_id, values) == 1

    def tally(self, issue_id: int) -> Tally:
        """How many rows of the issue are in each state."""
        with self._database.read() as connection:
            rows = connection.execute(_counted(delivery.c.issue_id == issue_id))
            return Tally(counts={state: number for _issue, state, number in rows})

    def status(self) -> list[tuple[IssueRecord, Tally]]:
        """Every issue that was frozen and its tally, at one moment, the latest activity first.

        Only an index is read: of messages that are over, the end of their issue tells when it was.
        """
        counts: dict[int, dict[DeliveryState, int]] = defaultdict(dict)
        with self._database.read() as connection:
            rows = connection.execute(select(issue).where(issue.c.frozen_at.is_not(None))).all()
            active: dict[int, datetime] = {row.id: row.updated_at for row in rows}
            for issue_id, state, number in connection.execute(_counted()):
                counts[issue_id][state] = number
            for issue_id, last in connection.execute(_last_attempts()):
                active[issue_id] = max(last, active[issue_id])
        latest = sorted(rows, key=lambda row: (active[row.id], row.id), reverse=True)
        return [(issue_record(row), Tally(counts=counts.get(row.id, {}))) for row in latest]

    def next_due(self, now: datetime) -> datetime | None:
        """The moment of the next deferred try of any issue that is going; it may have passed."""
        deferred = and_(delivery.c.issue_id == issue.c.id, delivery.c.state == _S.DEFERRED, AT_REST)
        first = select(func.min(delivery.c.due_at)).where(deferred).scalar_subquery()  # the first entry of an index
        with self._database.read() as connection:
            moments: Sequence[datetime | None] = connection.scalars(select(first).where(_before_deadline(now))).all()
        return min((moment for moment in moments if moment is not None), default=None)

    def resend_unknown(self, issue_id: int, by: str, now: datetime) -> int:
        """Plan the issue's unknown messages again, because `by` says so; their number. The deadline starts anew."""
        with self._database.write() as connection:
            known = connection.execute(select(issue).where(issue.c.id == issue_id).with_for_update()).one_or_none()
            if known is None or known.state is IssueState.CANCELLED:
                return 0
            unknown = and_(delivery.c.issue_id == issue_id, AT_REST)
            number = move(connection, {_S.UNKNOWN}, _S.PLANNED, unknown, {"due_at": now})
            if number:
                _reopen(connection, known, now)
                _note_resend(connection, issue_id, by, now, number)
        return number

    def resend_by_rule(self, editions: Collection[str], now: datetime, waits: Sequence[timedelta]) -> int:
        """Plan again what is unknown in these editions, until the deadline; the number of rows.

        A message waits as long after its n-th try as the n-th of `waits` says (after later ones, as the last): it may
        still prove to be sent.
        """
        if not editions:
            return 0
        going = and_(
            issue.c.edition.in_(editions), issue.c.state.in_((*GOING, IssueState.DONE)), issue.c.deadline > now
        )
        number = 0
        with self._database.write() as connection:
            for known in connection.execute(select(issue).where(going).order_by(issue.c.id).with_for_update()).all():
                unknown = and_(delivery.c.issue_id == known.id, AT_REST, _waited(now, waits))
                again = move(connection, {_S.UNKNOWN}, _S.PLANNED, unknown, {"due_at": now})
                if again:
                    _go_on(connection, known, now)
                    _note_resend(connection, known.id, _RULE, now, again)
                number += again
        return number

    def consent(self, issue_id: int, by: str, now: datetime, messages: int) -> None:
        """Note that `by` lets the issue go on, though so many of its messages may go out twice."""
        with self._database.write() as connection:
            _note_resend(connection, issue_id, by, now, messages)

    def has_consent(self, issue_id: int) -> bool:
        """Whether somebody, or the edition's rule, said that messages of the issue may go out twice."""
        with self._database.read() as connection:
            return connection.scalar(select(resend.c.id).where(resend.c.issue_id == issue_id).limit(1)) is not None

    def cancel(self, issue_id: int, now: datetime) -> bool:
        """Stop the issue for good, and every message that was not begun; false when it was over or never was."""
        where = issue.c.id == issue_id
        sources = issue_sources(IssueState.CANCELLED)
        with self._database.write() as connection:
            if not move_issue(connection, sources, IssueState.CANCELLED, where, {"updated_at": now}):
                return False
            of_issue = delivery.c.issue_id == issue_id
            move(connection, {_S.PLANNED, _S.DEFERRED}, _S.CANCELLED, and_(of_issue, AT_REST))
            move(connection, {_S.CLAIMED}, _S.CANCELLED, and_(of_issue, IN_HAND))
        return True


def _going_issues(connection: Connection, now: datetime, issues: Collection[int] | None) -> Iterator[int]:
    for row in connection.execute(_FIRST_FROZEN, {"now": now}).all():
        if issues is not None and row.id not in issues:
            continue
        if row.state is IssueState.FROZEN:
            values = {"updated_at": now}
            move_issue(connection, {IssueState.FROZEN}, IssueState.SENDING, issue.c.id == row.id, values)
        yield row.id


def _waiting() -> ColumnElement[bool]:
    """Whether the issue has rows that are planned or deferred: the first entry of an index for each, not a join."""
    rows = select(func.min(delivery.c.due_at)).where(delivery.c.issue_id == issue.c.id, AT_REST)
    planned, deferred = (rows.where(delivery.c.state == state) for state in (_S.PLANNED, _S.DEFERRED))
    return or_(planned.scalar_subquery().is_not(None), deferred.scalar_subquery().is_not(None))


def _counted(*where: ColumnElement[bool]) -> Select[Any]:
    """How many rows of each issue are in each state."""
    halves = [
        select(delivery.c.issue_id, delivery.c.state, func.count()).where(half, *where).group_by("issue_id", "state")
        for half in (AT_REST, IN_HAND)
    ]
    return select(halves[0].union_all(halves[1]).subquery())  # no state is in both halves


def _last_attempts() -> Select[Any]:
    """The last attempt of the rows of each issue that may be attempted again."""
    going = select(issue.c.id).where(issue.c.state == IssueState.SENDING)
    tried = select(delivery.c.issue_id, delivery.c.last_attempt_at)
    tried = tried.where(delivery.c.issue_id.in_(going), delivery.c.last_attempt_at.is_not(None))
    halves = tried.where(delivery.c.state == _S.DEFERRED, AT_REST).union_all(tried.where(IN_HAND)).subquery()
    last = func.max(halves.c.last_attempt_at).label("last")
    return select(halves.c.issue_id, last).group_by(halves.c.issue_id)


def _late(now: _Moment) -> Select[Any]:
    return select(issue.c.id).where(issue.c.deadline <= now, issue.c.state.in_((*GOING, IssueState.PAUSED)))


def _over() -> Select[Any]:
    return select(issue.c.id).where(issue.c.state == IssueState.CANCELLED, _waiting())


def _before_deadline(now: _Moment) -> ColumnElement[bool]:
    return and_(issue.c.state.in_(GOING), or_(issue.c.deadline.is_(None), issue.c.deadline > now))


def _reopen(connection: Connection, known: Row[Any], now: datetime) -> None:
    _go_on(connection, known, now)
    if known.deadline is not None:
        until = max(known.deadline, now + (known.deadline - known.frozen_at))
        connection.execute(issue.update().where(issue.c.id == known.id).values(deadline=until, updated_at=now))


def _go_on(connection: Connection, known: Row[Any], now: datetime) -> None:
    if known.state is IssueState.DONE:
        move_issue(connection, {IssueState.DONE}, IssueState.SENDING, issue.c.id == known.id, {"updated_at": now})


def _note_resend(connection: Connection, issue_id: int, by: str, now: datetime, number: int) -> None:
    connection.execute(resend.insert(), {"issue_id": issue_id, "by": by, "at": now, "messages": number})


def _waited(now: datetime, waits: Sequence[timedelta]) -> ColumnElement[bool]:
    early = [and_(delivery.c.tries == n, delivery.c.last_attempt_at > now - wait) for n, wait in enumerate(waits, 1)]
    late = and_(delivery.c.tries > len(waits), delivery.c.last_attempt_at > now - waits[-1])
    return not_(or_(*early, late))


# What senders ask before each batch is made once: making it takes longer than asking.
_NOW = bindparam("now", type_=issue.c.deadline.type)
_ENDING = _late(_NOW).union_all(_over()).limit(1)
_IS_GOING = select(issue).where(_before_deadline(_NOW)).order_by(issue.c.id)
_FIRST_FROZEN = select(issue.c.id, issue.c.state).where(_before_deadline(_NOW)).order_by(issue.c.frozen_at, issue.c.id)


def _owned(owner: str) -> ColumnElement[bool]:
    # A range finds the tokens of one owner through the index; ";" is the character after ":".
    return and_(delivery.c.claim_token >= f"{owner}:", delivery.c.claim_token < f"{owner};")
