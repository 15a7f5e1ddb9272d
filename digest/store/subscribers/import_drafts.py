"""Lists that were uploaded in the console and are not imported yet: somebody looks at what would happen first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model.api import ImportDraft, ImportJob, UploadedList
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.engine.sqlite_engine import overwrite_deleted
from digest.store.subscribers.import_jobs import DRAFT, add_job, list_contains, uploaded_of, values_of
from digest.store.tables.api_schema import import_draft
from digest.store.upkeep.expiry import Expiry, purge

_KEPT = timedelta(days=1)
OLD = Expiry("lists that were not imported", import_draft, lambda now: import_draft.c.created_at < now - _KEPT)


class ImportDrafts:
    """The lists of each user; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, uploaded: UploadedList, content: bytes, now: datetime) -> int:
        """Store a list with what would happen; its id. Older lists, and others of that user, are deleted."""
        added = {**values_of(uploaded), "content": content, "created_at": now}
        with self._database.write() as connection:
            overwrite_deleted(connection)
            purge(connection, OLD, now)
            connection.execute(import_draft.delete().where(import_draft.c.by == uploaded.by))
            return int(connection.execute(import_draft.insert().returning(import_draft.c.id), added).scalar_one())

    def find(self, draft_id: int, by: str) -> ImportDraft | None:
        """A list of that user."""
        names = [one for one in import_draft.c if one.name != "content"]
        with self._database.read() as connection:
            row = connection.execute(select(*names).where(*_is(draft_id, by))).one_or_none()
        return None if row is None else _draft(row)

    def owner(self, draft_id: int) -> str | None:
        """Whose list that is; None where it was imported or deleted."""
        with self._database.read() as connection:
            return connection.scalar(select(import_draft.c.by).where(import_draft.c.id == draft_id))

    def start(self, draft_id: int, by: str, now: datetime, entry: AuditEntry) -> ImportJob | None:
        """Import a list in the background; None where somebody has started or discarded it."""
        with self._database.write() as connection:
            overwrite_deleted(connection)
            row = connection.execute(
                import_draft.delete().where(*_is(draft_id, by)).returning(import_draft)
            ).one_or_none()
            if row is None:
                return None
            draft = _draft(row)
            uploaded = replace(draft, result={"ignored": draft.result["ignored"], DRAFT: draft.id})
            job = add_job(connection, uploaded, bytes(row.content), now)
            record_audit(connection, replace(entry, subject=f"import {job.id}"))
        return job

    def discard(self, draft_id: int, by: str) -> None:
        """Delete a list."""
        with self._database.write() as connection:
            overwrite_deleted(connection)
            connection.execute(import_draft.delete().where(*_is(draft_id, by)))


def delete_drafts_with(connection: Connection, key: str) -> None:
    """Delete the lists that contain an address, case-folded, of which nothing may be kept."""
    rows = connection.execute(select(import_draft.c.id, import_draft.c.content))
    found = [row.id for row in rows if list_contains(bytes(row.content), key)]
    connection.execute(import_draft.delete().where(import_draft.c.id.in_(found)))


def _is(draft_id: int, by: str) -> tuple[Any, Any]:
    return import_draft.c.id == draft_id, import_draft.c.by == by


def _draft(row: Row[Any]) -> ImportDraft:
    return ImportDraft(**uploaded_of(row), id=row.id)
