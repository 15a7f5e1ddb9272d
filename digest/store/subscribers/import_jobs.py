"""Imports that run in the background: which there are, whose turn it is, and what was done so far."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from digest.model.api import ImportJob, ImportState, UploadedList
from digest.model.subscribers import SubscriberStatus
from digest.model.users import AuditEntry
from digest.parsing.addresses import written_forms
from digest.parsing.tables.csv_bytes import list_text
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.engine.sqlite_engine import overwrite_deleted
from digest.store.tables.api_schema import import_job, import_list
from digest.store.upkeep.expiry import Expiry, purge

_LEASE = timedelta(minutes=1)  # a batch takes a second
_MOST_ATTEMPTS = 3
_KEPT = timedelta(days=30)
DRAFT = "draft"  # the id of the list that the import began with, in its result
ENDED = Expiry("imports", import_job, lambda now: import_job.c.finished_at < now - _KEPT)


class ImportJobs:
    """The imports; every method is one transaction and raises StoreError.

    Whoever carries one out holds a claim, which ends when it dies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, uploaded: UploadedList, content: bytes, now: datetime) -> ImportJob:
        """Store a list to be imported; imports that ended a month ago are deleted."""
        with self._database.write() as connection:
            return add_job(connection, uploaded, content, now)

    def find(self, job_id: int) -> ImportJob | None:
        """An import."""
        with self._database.read() as connection:
            row = connection.execute(select(import_job).where(import_job.c.id == job_id)).one_or_none()
        return None if row is None else _job(row)

    def of_draft(self, draft_id: int, by: str) -> ImportJob | None:
        """The import that a user started from a list that they looked at."""
        with self._database.read() as connection:
            rows = connection.execute(select(import_job).where(import_job.c.by == by).order_by(import_job.c.id.desc()))
            return next((job for job in map(_job, rows) if job.result.get(DRAFT) == draft_id), None)

    def page(self, before: int | None, limit: int) -> list[ImportJob]:
        """The latest imports before the one with an id."""
        chosen = select(import_job).order_by(import_job.c.id.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(import_job.c.id < before)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(chosen)]

    def claim(self, now: datetime) -> tuple[ImportJob, str] | None:
        """Claim the next import that nobody carries out; returns it with its list, and the claim's token.

        One of which three attempts in a row ended without storing a row fails.
        """
        is_free = or_(import_job.c.claimed_until.is_(None), import_job.c.claimed_until <= now)
        waiting = select(import_job).where(import_job.c.state == ImportState.RUNNING, is_free)
        first = waiting.order_by(import_job.c.id).limit(1)
        with self._database.read() as connection:
            if connection.execute(first).first() is None:
                return None  # nearly always: nothing is locked
        token = secrets.token_hex(8)
        with self._database.write() as connection:
            row = connection.execute(first.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            if row.attempts >= _MOST_ATTEMPTS:
                _end_import(connection, import_job.c.id == row.id, ImportState.FAILED, _DIED, now)
                return None
            claimed = {"claim_token": token, "claimed_until": now + _LEASE, "attempts": row.attempts + 1}
            connection.execute(import_job.update().where(import_job.c.id == row.id).values(claimed))
            content = connection.scalar(select(import_list.c.content).where(import_list.c.job_id == row.id))
        return replace(_job(row), content=content), token

    def advance(self, job_id: int, token: str, result: Mapping[str, Any], now: datetime) -> bool:
        """Store what was done so far, and keep the claim; false if somebody else has it."""
        values = {"result": _result_text(result), "claimed_until": now + _LEASE, "attempts": 1}
        with self._database.write() as connection:
            return connection.execute(import_job.update().where(_held(job_id, token)).values(values)).rowcount == 1

    def release(self, job_id: int, token: str) -> None:
        """Leave the import to whoever comes next."""
        values = {"claim_token": None, "claimed_until": None, "attempts": 0}
        with self._database.write() as connection:
            connection.execute(import_job.update().where(_held(job_id, token)).values(values))

    def finish(self, job_id: int, token: str, error: str | None, now: datetime) -> None:
        """End the import, done or failed, and delete its list."""
        state = ImportState.DONE if error is None else ImportState.FAILED
        with self._database.write() as connection:
            _end_import(connection, _held(job_id, token), state, error, now)

    def cancel(self, job_id: int, now: datetime, entry: AuditEntry | None = None) -> bool:
        """End an import that runs; what was imported until then stays. False if it has ended."""
        running = and_(import_job.c.id == job_id, import_job.c.state == ImportState.RUNNING)
        with self._database.write() as connection:
            if not _end_import(connection, running, ImportState.FAILED, CANCELLED, now):
                return False
            record_audit(connection, entry)
        return True


def _end_import(
    connection: Connection, which: ColumnElement[bool], state: ImportState, error: str | None, now: datetime
) -> bool:
    """End an import and delete its list; whether there was one."""
    overwrite_deleted(connection)
    values = {"state": state, "error": error, "finished_at": now, "claimed_until": None}
    ended = connection.scalar(import_job.update().where(which).values(values).returning(import_job.c.id))
    connection.execute(import_list.delete().where(import_list.c.job_id == ended))
    return ended is not None


def add_job(connection: Connection, uploaded: UploadedList, content: bytes, now: datetime) -> ImportJob:
    """`ImportJobs.add` in the caller's transaction."""
    added = {
        **values_of(uploaded),
        "state": ImportState.RUNNING,
        "lines": len(content.splitlines()),
        "attempts": 0,
        "created_at": now,
    }
    purge(connection, ENDED, now)
    row = connection.execute(import_job.insert().returning(import_job), added).one()
    connection.execute(import_list.insert(), {"job_id": row.id, "content": content})
    return _job(row)


def values_of(uploaded: UploadedList) -> dict[str, Any]:
    """An uploaded list as the columns of a draft or an import."""
    return {
        "by": uploaded.by,
        "editions": uploaded.editions,
        "status": uploaded.status,
        "confirm": uploaded.confirm,
        "result": _result_text(uploaded.result),
    }


def uploaded_of(row: Row[Any]) -> dict[str, Any]:
    """The fields of `UploadedList` of a row that `values_of` made."""
    return {
        "by": row.by,
        "editions": tuple(row.editions),
        "status": None if row.status is None else SubscriberStatus(row.status),
        "confirm": row.confirm,
        "result": json.loads(row.result),
    }


def is_in_running_import(connection: Connection, key: str) -> bool:
    """Whether a list that is not imported yet contains that address, case-folded."""
    return any(list_contains(bytes(one), key) for one in connection.scalars(select(import_list.c.content)))


def list_contains(content: bytes, key: str) -> bool:
    """Whether a list contains that address, case-folded, in one of the forms that people write."""
    text = normalize("NFC", list_text(content)).casefold()
    return any(normalize("NFC", form).casefold() in text for form in written_forms(key))


CANCELLED = "cancelled in the console; what was imported before stays"
_DIED = "three attempts to import the next rows ended without an answer; see the log, and import the rest again"


def _held(job_id: int, token: str) -> ColumnElement[bool]:
    return and_(import_job.c.id == job_id, import_job.c.claim_token == token, import_job.c.state == ImportState.RUNNING)


def _result_text(result: Mapping[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _job(row: Row[Any]) -> ImportJob:
    return ImportJob(
        **uploaded_of(row),
        id=row.id,
        state=row.state,
        lines=row.lines,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
