"""Alerts: what needs a person's attention, from when it was first seen until it is cleared."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, literal, or_, select

from digest.model.receivers import Alert, AlertKind
from digest.store.engine.column_types import UTCDateTime
from digest.store.engine.database import Database
from digest.store.engine.locks import Lock, hold
from digest.store.ledger.system_mail import SystemMessage, SystemRecipient, plan_system_mail
from digest.store.tables.alert_schema import alert

REPEATED = timedelta(days=1)  # after the last mail or notice about an alert that is still open
_IS_OPEN = alert.c.cleared_at.is_(None)


class Alerts:
    """The alerts; every method is one transaction and raises StoreError. At most one of a kind and subject is open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, kind: AlertKind, subject: str, message: str, now: datetime) -> bool:
        """Open an alert, or note that an open one was seen again; whether it is new."""
        same = and_(alert.c.kind == kind, alert.c.subject == subject, _IS_OPEN)
        added = {"kind": kind, "subject": subject, "message": message, "first_seen": now, "last_seen": now}
        with self._database.write() as connection:
            hold(connection, Lock.REPORTING)
            seen = alert.update().where(same).values(message=message, last_seen=now)
            if connection.execute(seen).rowcount:
                return False
            connection.execute(alert.insert(), added)
        return True

    def clear(self, kind: AlertKind, subjects: Collection[str], now: datetime) -> None:
        """Close the open alerts of that kind and those subjects."""
        same = and_(alert.c.kind == kind, alert.c.subject.in_(subjects), _IS_OPEN)
        with self._database.write() as connection:
            connection.execute(alert.update().where(same).values(cleared_at=now))

    def unmailed(self, now: datetime) -> list[tuple[int, Alert]]:
        """The alerts that the operator must get mail about, with their numbers, the first one first.

        These are open ones without mail in the last day, and ended ones that there was mail about.
        """
        with self._database.read() as connection:
            rows = connection.execute(select(alert).where(_needs_mail(now)).order_by(alert.c.first_seen, alert.c.id))
            return [(row.id, read_alert(row)) for row in rows]

    def mail(
        self,
        number: int,
        message: SystemMessage,
        recipients: Sequence[SystemRecipient],
        now: datetime,
        *,
        ended: bool,
    ) -> bool:
        """Plan the mail that an alert is open, or has `ended`, unless another process has; whether it was planned.

        Nothing is planned about one that has ended since it was read: the next mail says so.
        """
        as_read = alert.c.cleared_at.is_not(None) if ended else _IS_OPEN
        unmailed = and_(alert.c.id == number, as_read, _needs_mail(now))
        mailed = {"mailed_at": case((_IS_OPEN, literal(now, UTCDateTime)))}  # null again once its end was mailed
        with self._database.write() as connection:
            if not connection.execute(alert.update().where(unmailed).values(mailed)).rowcount:
                return False
            plan_system_mail(connection, message, recipients, now)
        return True

    def open(self) -> list[Alert]:
        """The open alerts, the latest first."""
        with self._database.read() as connection:
            return [read_alert(row) for row in connection.execute(_OPEN)]

    def open_subjects(self, kind: AlertKind) -> set[str]:
        """The subjects of the open alerts of that kind."""
        with self._database.read() as connection:
            return set(connection.scalars(select(alert.c.subject).where(alert.c.kind == kind, _IS_OPEN)))


def _needs_mail(now: datetime) -> ColumnElement[bool]:
    """An end that could not be mailed for a day is not mailed any more."""
    is_due = or_(alert.c.mailed_at.is_(None), alert.c.mailed_at <= now - REPEATED)
    has_ended = and_(alert.c.cleared_at > now - REPEATED, alert.c.mailed_at.is_not(None))
    return or_(and_(_IS_OPEN, is_due), has_ended)


def read_alert(row: Row[Any]) -> Alert:
    """The alert of a row of its table."""
    return Alert(
        kind=row.kind,
        subject=row.subject,
        message=row.message,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        cleared_at=row.cleared_at,
    )


_OPEN = select(alert).where(_IS_OPEN).order_by(alert.c.first_seen.desc(), alert.c.id.desc())
