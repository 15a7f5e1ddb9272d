"""The audit log: what users of the console changed, written in the transaction of the change."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from digest.model.users import AuditEntry, AuditFilter
from digest.store.engine.database import Database
from digest.store.tables.admin_schema import audit_entry
from digest.store.tables.schema import subscriber

_EXPORTED_AT_ONCE = _DELETED_AT_ONCE = 1000
_WRITTEN = ("at", "by", "action", "subject", "before", "after", "reader_id")


class Audit:
    """The log; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: AuditEntry) -> None:
        """Write an entry about a change that has no transaction of ours, such as a visit to a source."""
        with self._database.write() as connection:
            record_audit(connection, entry)

    def page(self, wanted: AuditFilter, before: int | None, size: int) -> list[AuditEntry]:
        """Up to `size` entries, the latest first; `before` is the id that they precede."""
        with self._database.read() as connection:
            rows = connection.execute(_query(wanted, before).limit(size)).mappings()
            return [AuditEntry(**row) for row in rows]

    def export(self, wanted: AuditFilter) -> Iterator[AuditEntry]:
        """All entries, the latest first, read in parts."""
        last = None
        while entries := self.page(wanted, last, _EXPORTED_AT_ONCE):
            yield from entries
            last = entries[-1].id

    def delete(self, before: datetime) -> Iterator[int]:
        """Delete entries that are older; after each transaction, how many it deleted."""
        old = select(audit_entry.c.id).where(audit_entry.c.at < before).order_by(audit_entry.c.id)
        deleted = audit_entry.delete().where(audit_entry.c.id.in_(old.limit(_DELETED_AT_ONCE)))
        number = _DELETED_AT_ONCE
        while number == _DELETED_AT_ONCE:
            with self._database.write() as connection:
                number = connection.execute(deleted).rowcount
            yield number

    def choices(self) -> tuple[list[str], list[str]]:
        """The names of those who did something, and of what they did."""
        with self._database.read() as connection:
            by, action = (
                list(connection.scalars(select(column).distinct().order_by(column)))
                for column in (audit_entry.c.by, audit_entry.c.action)
            )
        return by, action


def record_audit(connection: Connection, entry: AuditEntry | None) -> None:
    """Write an entry in the caller's transaction; None for a change that no user of the console made."""
    if entry is not None:
        connection.execute(audit_entry.insert(), {name: getattr(entry, name) for name in _WRITTEN})


def note_user(
    connection: Connection,
    action: str,
    email: str,
    by: str,
    now: datetime,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write an entry about a user of the console in the caller's transaction."""
    record_audit(connection, AuditEntry(at=now, by=by, action=action, subject=email, before=before, after=after))


def _query(wanted: AuditFilter, before: int | None) -> Select[Any]:
    columns = audit_entry.c
    conditions = {
        "by": columns.by == wanted.by if wanted.by else None,
        "action": columns.action == wanted.action if wanted.action else None,
        "since": columns.at >= wanted.since if wanted.since else None,
        "until": columns.at < wanted.until if wanted.until else None,
        "before": columns.id < before if before is not None else None,
    }
    named = audit_entry.outerjoin(subscriber, subscriber.c.id == columns.reader_id)
    return (
        select(audit_entry, subscriber.c.email.label("reader"))
        .select_from(named)
        .where(*(one for one in conditions.values() if one is not None))
        .order_by(columns.id.desc())
    )
