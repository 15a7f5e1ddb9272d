"""Messages that are unknown or expired and are planned again, because an operator or the edition's setting says so."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, not_, or_, select

from digest.model.deliveries import DeliveryState
from digest.model.issues import SENDABLE, IssueState
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.ledger.transitions import UNLEASED, move, move_issue
from digest.store.tables.schema import delivery, issue, resend

_HAS_ADDRESS = delivery.c.address != ""  # its reader was not erased
_BY_SETTING = "on_unknown"  # stored as the operator where the edition's setting resends
# An operator who resends expired messages does not accept that anybody gets two.
_CONSENT = select(resend.c.id).where(resend.c.state.is_distinct_from(DeliveryState.EXPIRED)).limit(1)


class Resends:
    """Resends, and the consent to a second copy; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def resend(
        self,
        issue_id: int,
        state: DeliveryState,
        by: str,
        now: datetime,
        entry: AuditEntry | None = None,
        *,
        most: int | None = None,
    ) -> int:
        """Plan the issue's unknown or expired messages again on behalf of `by`; their number.

        The deadline starts again. None of them if they are more than `most` by now, to which `by` has agreed.
        """
        with self._database.write() as connection:
            found = connection.execute(select(issue).where(issue.c.id == issue_id).with_for_update()).one_or_none()
            if found is None or found.state is IssueState.CANCELLED:
                return 0
            of_issue = and_(delivery.c.issue_id == issue_id, UNLEASED, _HAS_ADDRESS)
            number = move(connection, {state}, DeliveryState.PLANNED, of_issue, {"due_at": now, "expires_at": None})
            if most is not None and number > most:
                connection.rollback()
                return 0
            if number:
                _reopen(connection, found, now)
                _restart_deadline(connection, found, now)
                _add(connection, issue_id, by, now, number, state)
                record_audit(connection, entry and replace(entry, after=str(number)))
        return number

    def resend_by_setting(self, editions: Collection[str], now: datetime, waits: Sequence[timedelta]) -> int:
        """Plan what is unknown in these editions, and in system mail that says so, again until the deadline.

        Returns the number of rows.

        After its n-th try a message first waits for the n-th of `waits`, later ones for the last: it may still be
        proved to be sent.
        """
        by_setting = or_(issue.c.edition.in_(editions), issue.c.on_unknown == "resend")
        resent = and_(by_setting, issue.c.state.in_((*SENDABLE, IssueState.DONE)), issue.c.deadline > now)
        with self._database.read() as connection:  # senders ask often, and there is hardly ever any
            if connection.scalar(select(issue.c.id).where(resent).limit(1)) is None:
                return 0
        total = 0
        with self._database.write() as connection:
            for found in connection.execute(select(issue).where(resent).order_by(issue.c.id).with_for_update()).all():
                current = or_(delivery.c.expires_at.is_(None), delivery.c.expires_at > now)
                unknown = and_(
                    delivery.c.issue_id == found.id, UNLEASED, _HAS_ADDRESS, current, _has_waited(now, waits)
                )
                number = move(connection, {DeliveryState.UNKNOWN}, DeliveryState.PLANNED, unknown, {"due_at": now})
                if number:
                    _reopen(connection, found, now)
                    _add(connection, found.id, _BY_SETTING, now, number, DeliveryState.UNKNOWN)
                total += number
        return total

    def resume(
        self, issue_id: int, by: str, now: datetime, *, maybe_twice: int = 0, entry: AuditEntry | None = None
    ) -> bool:
        """Resume a paused issue on behalf of `by`; false if it is not paused.

        `maybe_twice`: how many of its messages `by` lets be sent although they may be sent twice.
        """
        values = {"reason": None, "updated_at": now}
        with self._database.write() as connection:
            if not move_issue(connection, {IssueState.PAUSED}, IssueState.SENDING, issue.c.id == issue_id, values):
                return False
            if maybe_twice:
                _add(connection, issue_id, by, now, maybe_twice)
            record_audit(connection, entry)
        return True

    def has_consent(self, issue_id: int) -> bool:
        """Whether an operator, or the edition's setting, accepts that messages of the issue may be sent twice."""
        with self._database.read() as connection:
            return connection.scalar(_CONSENT.where(resend.c.issue_id == issue_id)) is not None


def _reopen(connection: Connection, found: Row[Any], now: datetime) -> None:
    if found.state is IssueState.DONE:
        move_issue(connection, {IssueState.DONE}, IssueState.SENDING, issue.c.id == found.id, {"updated_at": now})


def _restart_deadline(connection: Connection, found: Row[Any], now: datetime) -> None:
    """Let the deadline be as far away again as when it last started: at freezing, or at an operator's last resend."""
    if found.deadline is not None:
        by_operator = and_(resend.c.issue_id == found.id, resend.c.state.is_not(None), resend.c.by != _BY_SETTING)
        restarted = connection.scalar(select(func.max(resend.c.at)).where(by_operator))
        until = max(found.deadline, now + (found.deadline - (restarted or found.frozen_at)))
        connection.execute(issue.update().where(issue.c.id == found.id).values(deadline=until, updated_at=now))


def _add(
    connection: Connection, issue_id: int, by: str, now: datetime, number: int, state: DeliveryState | None = None
) -> None:
    row = {"issue_id": issue_id, "by": by, "at": now, "messages": number, "state": state}
    connection.execute(resend.insert(), row)


def _has_waited(now: datetime, waits: Sequence[timedelta]) -> ColumnElement[bool]:
    early = [and_(delivery.c.tries == n, delivery.c.last_attempt_at > now - wait) for n, wait in enumerate(waits, 1)]
    late = and_(delivery.c.tries > len(waits), delivery.c.last_attempt_at > now - waits[-1])
    return not_(or_(*early, late))
