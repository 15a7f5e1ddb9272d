"""The ledger as a sender uses it: one row for each message to one reader, claimed, sent and settled."""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from digest import failpoints
from digest.model.deliveries import Claim, DeliveryState, Outcome, Receipt
from digest.model.issues import SENDABLE, IssueRecord, IssueState, Kind
from digest.store.engine.database import Database
from digest.store.issues.issues import issue_record, may_be_sent
from digest.store.ledger import bulk_transitions, settlement
from digest.store.ledger.delivery_counts import merge_counts
from digest.store.ledger.transitions import LEASED, UNLEASED, is_sending, lock, locked, move, move_issue
from digest.store.tables.schema import delivery, issue

_S = DeliveryState
_WAITING = (_S.PLANNED, _S.DEFERRED)


class Deliveries:
    """The rows of all issues; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, limit: int, *, owner: str, now: datetime, lease: timedelta, issues: Collection[int] | None = None
    ) -> list[Claim]:
        """Claim up to `limit` due rows until `now + lease`; an empty list: nothing is due.

        Only rows of issues that may be sent, and where `issues` are given, of these alone.
        """
        token = f"{owner}:{secrets.token_hex(8)}-"
        claims: list[Claim] = []
        with self._database.write(by_index=True) as connection:
            for begun in _begun_issues(connection, now, issues):
                for state in _WAITING:
                    room = limit - len(claims)
                    claims += bulk_transitions.claim(connection, begun, state, room, token, now, now + lease)
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
        repeated: bool = False,
    ) -> set[int]:
        """Record receipts, then durably permit other messages (delivery id, token) to be finished; the permitted ids.

        A receipt whose token or state does not match changes nothing. `next_try` turns the number of tries into the
        time of the next one, or None to give the message up. A refusal pauses the issue. `repeated`: the same call
        failed before and may have been committed, so messages that it permitted are permitted again.
        """
        begun: set[int] = set()
        if not repeated and not self._database.is_sqlite:
            receipts, messages, begun = self._record_at_once(receipts, messages, now, now + lease)
        if receipts or messages:
            begun |= self._record_in_steps(receipts, messages, now, now + lease, next_try, repeated=repeated)
        return begun

    def _record_at_once(
        self, receipts: Sequence[Receipt], messages: Sequence[tuple[int, str]], now: datetime, until: datetime
    ) -> tuple[list[Receipt], list[tuple[int, str]], set[int]]:
        """Record all in one statement, if all were sent; the receipts and messages that it left, and the begun ids."""
        if not (receipts or messages) or any(receipt.outcome is not Outcome.SENT for receipt in receipts):
            return list(receipts), list(messages), set()
        if receipts:
            failpoints.reach("store.before_settle_commit")
        if messages:
            failpoints.reach("store.before_intend_commit")
        with self._database.keyed_statements() as connection:
            sent, begun = bulk_transitions.record(connection, receipts, messages, now, until)
        left = [receipt for receipt in receipts if receipt.delivery_id not in sent]
        return left, [message for message in messages if message[0] not in begun], begun

    def _record_in_steps(
        self,
        receipts: Sequence[Receipt],
        messages: Sequence[tuple[int, str]],
        now: datetime,
        until: datetime,
        next_try: Callable[[int], datetime | None],
        *,
        repeated: bool,
    ) -> set[int]:
        by_token = {(receipt.delivery_id, receipt.token): receipt for receipt in receipts}

        def recorded(*, optimistic: bool) -> set[int]:
            begun: set[int] = set()
            with self._database.write(outlives_power=bool(messages)) as connection:
                lock(connection, (delivery_id for delivery_id, _token in (*by_token, *messages)))
                if receipts:
                    settlement.settle(connection, by_token, now, next_try, optimistic=optimistic)
                    failpoints.reach("store.before_settle_commit")
                if messages:
                    begun = settlement.begin(connection, sorted(messages), now, until, optimistic=optimistic)
                    begun |= settlement.begun_before(connection, messages) if repeated else set()
                    failpoints.reach("store.before_intend_commit")
            return begun

        try:
            return recorded(optimistic=True)
        except bulk_transitions.PartialUpdateError:
            return recorded(optimistic=False)

    def renew(self, owner: str, now: datetime, lease: timedelta) -> int:
        """Extend the lease of all rows that this owner holds; their number."""
        held = and_(_owned_by(owner), LEASED)
        with self._database.write() as connection:
            extended = delivery.update().where(locked(connection.dialect.name, held)).values(claim_expires=now + lease)
            number = connection.execute(extended).rowcount
            merge_counts(connection)
        return number

    def release(self, owner: str) -> int:
        """Plan the rows again that this owner has claimed and not begun; their number."""
        with self._database.write() as connection:
            return move(connection, {_S.CLAIMED}, _S.PLANNED, _owned_by(owner))

    def owners(self, leased_at: datetime | None = None) -> list[str]:
        """The owners that hold rows, alive or dead; with `leased_at` only those whose lease was not over by then."""
        return self._owners_of(LEASED if leased_at is None else and_(LEASED, delivery.c.claim_expires > leased_at))

    def _owners_of(self, held: ColumnElement[bool]) -> list[str]:
        """The owners of such rows, in order: each is the first token behind those of the one before."""
        found: list[str] = []
        first = select(func.min(delivery.c.claim_token)).where(held)
        with self._database.read() as connection:
            while token := connection.scalar(
                first.where(delivery.c.claim_token >= f"{found[-1]};") if found else first
            ):
                found.append(token.rpartition(":")[0])
        return found

    def recover(self, now: datetime, is_dead: Callable[[str], bool | None]) -> tuple[int, int]:
        """Release the rows of dead owners: how many are planned again, and how many are unknown now.

        `is_dead` proves an owner dead (True) or alive (False); where it cannot (None), the end of the lease decides.
        """
        planned = unknown = 0
        owners = self.owners()
        expired = delivery.c.claim_expires < now
        overdue = self._owners_of(and_(LEASED, expired)) if owners else []
        for owner in owners:
            dead = is_dead(owner)
            if dead is False or (dead is None and owner not in overdue):
                continue
            lost = _owned_by(owner) if dead else and_(_owned_by(owner), expired)
            with self._database.write() as connection:
                planned += move(connection, {_S.CLAIMED}, _S.PLANNED, lost)
            failpoints.reach("store.half_recovered")
            with self._database.write() as connection:
                unknown += move(connection, {_S.SENDING}, _S.UNKNOWN, lost)
        return planned, unknown

    def expire(self, now: datetime) -> list[tuple[IssueRecord, int]]:
        """Expire what waits after its deadline; issues with the number of their messages that were never tried.

        What waits in a cancelled issue is cancelled: a message that was in flight then, and was deferred.
        """
        with self._database.read() as connection:  # senders ask before each batch, and there is hardly ever any
            if connection.scalar(_ANY_TO_END, {"now": now}) is None:
                return []
        late = (and_(delivery.c.issue_id.in_(_late_issues(now)), UNLEASED), _is_over(now))
        cancelled = and_(delivery.c.issue_id.in_(_cancelled_issues()), UNLEASED)
        with self._database.write() as connection:
            move(connection, _WAITING, _S.CANCELLED, cancelled)
            untried = connection.execute(_UNTRIED_LATE, {"now": now}).all()
            for which in late:
                move(connection, _WAITING, _S.EXPIRED, which)
        return [(issue_record(row), row.untried) for row in untried]

    def finish(self, now: datetime) -> int:
        """Mark the issues done in which nothing is planned, claimed, sending or deferred; their number."""
        sendable = select(issue.c.id).where(issue.c.state.in_(SENDABLE)).order_by(issue.c.id)
        with self._database.write() as connection:
            ids = connection.scalars(sendable.with_for_update()).all()
            leased = select(delivery.c.id).where(delivery.c.issue_id == issue.c.id, LEASED).exists()
            settled = and_(issue.c.id.in_(ids), ~_has_waiting(), ~leased)
            number = move_issue(connection, SENDABLE, IssueState.DONE, settled, {"updated_at": now}) if ids else 0
            merge_counts(connection)
            failpoints.reach("store.before_finish_commit")
        return number

    def is_sending(self, issue_id: int | None = None) -> bool:
        """Whether a sender has claimed anything, of one issue or of any."""
        with self._database.read() as connection:
            return is_sending(connection, issue_id)

    def next_due(self, now: datetime, issue_id: int | None = None) -> datetime | None:
        """The time of the next try of one issue, or of any that may be sent; it may be in the past.

        A planned row counts too: it may have been recovered from a sender that vanished.
        """
        due = select(*_first_due()).where(may_be_sent(now))
        if issue_id is not None:
            due = due.where(issue.c.id == issue_id)
        with self._database.read() as connection:
            rows = connection.execute(due).all()
        return min((moment for row in rows for moment in row if moment is not None), default=None)


def _begun_issues(
    connection: Connection, now: datetime, issues: Collection[int] | None
) -> Iterator[bulk_transitions.BegunIssue]:
    """The issues that may be sent: system mail, then the first frozen first.

    Those that were only frozen are marked as being sent.
    """
    for row in connection.execute(_FIRST_FROZEN, {"now": now}).all():
        if issues is not None and row.id not in issues:
            continue
        if row.state is IssueState.FROZEN:
            values = {"updated_at": now}
            move_issue(connection, {IssueState.FROZEN}, IssueState.SENDING, issue.c.id == row.id, values)
        day = None if row.kind is Kind.SYSTEM else row.slot.day
        yield bulk_transitions.BegunIssue(row.id, row.kind, day)


def _has_waiting() -> ColumnElement[bool]:
    """Whether the issue has rows that are planned or deferred, without a join."""
    return or_(*(first.is_not(None) for first in _first_due()))


def _first_due() -> list[ScalarSelect[Any]]:
    """When the first planned and the first deferred row of the issue are due, each the first entry of an index."""
    rows = select(func.min(delivery.c.due_at)).where(delivery.c.issue_id == issue.c.id, UNLEASED)
    return [rows.where(delivery.c.state == state).scalar_subquery() for state in _WAITING]


def _late_issues(now: datetime | BindParameter[datetime]) -> Select[Any]:
    return select(issue.c.id).where(issue.c.deadline <= now, issue.c.state.in_((*SENDABLE, IssueState.PAUSED)))


def _is_over(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a row waits beyond a deadline of its own, which it has where readers of its issue chose later hours.

    It does not name them as unleased: before it has statistics, PostgreSQL would read the index of all rows that wait.
    """
    return and_(_WAITS_WITH_DEADLINE, delivery.c.expires_at <= now)


def _cancelled_issues() -> Select[Any]:
    return select(issue.c.id).where(issue.c.state == IssueState.CANCELLED, _has_waiting())


def _owned_by(owner: str) -> ColumnElement[bool]:
    # A range finds the tokens of one owner through the index; ";" is the character after ":".
    return and_(delivery.c.claim_token >= f"{owner}:", delivery.c.claim_token < f"{owner};")


_WAITS_WITH_DEADLINE: ColumnElement[bool] = literal_column(  # as the index has it
    "delivery.expires_at IS NOT NULL AND delivery.state IN ('planned', 'deferred')"
)
# Senders run these before each batch. They are built once: building one takes longer than running it.
_NOW = bindparam("now", type_=issue.c.deadline.type)
_LATE = select(delivery.c.issue_id, delivery.c.tries).where(
    delivery.c.issue_id.in_(_late_issues(_NOW)), UNLEASED, delivery.c.state.in_(_WAITING)
)
_OVER = select(delivery.c.issue_id, delivery.c.tries).where(_is_over(_NOW))
_ENDING = _LATE.union_all(_OVER.where(delivery.c.issue_id.not_in(_late_issues(_NOW)))).subquery()
_UNTRIED_LATE = (
    select(issue, func.count().label("untried"))
    .join(_ENDING, _ENDING.c.issue_id == issue.c.id)
    .where(_ENDING.c.tries == 0)
    .group_by(issue.c.id)
)
_ANY_TO_END = union_all(
    _late_issues(_NOW), _cancelled_issues(), select(delivery.c.issue_id).where(_is_over(_NOW))
).limit(1)
_FIRST_FROZEN = (
    select(issue.c.id, issue.c.kind, issue.c.slot, issue.c.state)
    .where(may_be_sent(_NOW))
    .order_by(issue.c.kind != Kind.SYSTEM, issue.c.frozen_at, issue.c.id)
)
