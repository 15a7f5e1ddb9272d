"""Alerts: what needs a person's attention, from when it was first seen until it is cleared."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, select

from digest.model.receivers import Alert, AlertKind
from digest.store.database import Database
from digest.store.schema import alert


class Alerts:
    """The alerts; every method is one transaction and raises StoreError. At most one of a kind and subject is open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, kind: AlertKind, subject: str, message: str, now: datetime) -> bool:
        """Open an alert, or note that an open one was seen again; whether it is new."""
        same = and_(alert.c.kind == kind, alert.c.subject == subject, alert.c.cleared_at.is_(None))
        added = {"kind": kind, "subject": subject, "message": message, "first_seen": now, "last_seen": now}
        with self._database.write() as connection:
            seen = alert.update().where(same).values(message=message, last_seen=now)
            if connection.execute(seen).rowcount:
                return False
            connection.execute(alert.insert(), added)
        return True

    def clear(self, kind: AlertKind, subjects: Collection[str], now: datetime) -> None:
        """Close the open alerts of that kind and those subjects."""
        same = and_(alert.c.kind == kind, alert.c.subject.in_(subjects), alert.c.cleared_at.is_(None))
        with self._database.write() as connection:
            connection.execute(alert.update().where(same).values(cleared_at=now))

    def open(self) -> list[Alert]:
        """The open alerts, the latest first."""
        with self._database.read() as connection:
            return [
                Alert(
                    kind=row.kind,
                    subject=row.subject,
                    message=row.message,
                    first_seen=row.first_seen,
                    last_seen=row.last_seen,
                )
                for row in connection.execute(_OPEN)
            ]


_OPEN = select(alert).where(alert.c.cleared_at.is_(None)).order_by(alert.c.first_seen.desc(), alert.c.id.desc())
