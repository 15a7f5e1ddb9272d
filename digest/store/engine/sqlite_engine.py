"""Connections to a SQLite file: how they wait for other processes, and which version of SQLite they need."""

import errno
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from digest.errors import StoreError

BUSY = 30  # seconds that a writer waits for another process before it says so
_LONGEST_CHECKPOINT = 1  # seconds that it waits for readers: nobody can write meanwhile, and a backup reads for long
NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}
NO_DESCRIPTOR = "cannot be opened: too many files are open; raise the limit (`ulimit -n`, LimitNOFILE of the service)"
READ_ONLY = "cannot be written: its file, folder or disk is read-only"
_OLDEST = (3, 35, 0)  # the first with RETURNING; Python usually loads the system's library, whatever its own age


def sqlite_engine(url: URL, **pool: Any) -> Engine:
    """Connections to the file at `url`; raises StoreError if this Python's SQLite is too old."""
    if sqlite3.sqlite_version_info < _OLDEST:
        needed = ".".join(str(part) for part in _OLDEST[:2])
        raise StoreError(
            f"this Python has SQLite {sqlite3.sqlite_version}, and Digest needs {needed} or later; use another Python,"
            " or a database in PostgreSQL"
        )
    connect_args = {"timeout": BUSY, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect_args, hide_parameters=True, **pool)
    event.listen(engine, "connect", _configure)
    return engine


def empty_log(connection: Connection) -> bool:
    """Leave nothing in the write-ahead log of a SQLite file; false while another process reads an older state."""
    _wait_at_most(connection, min(BUSY, _LONGEST_CHECKPOINT))
    try:
        is_busy, *_frames = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    finally:
        _wait_at_most(connection, BUSY)
    return not is_busy


def _wait_at_most(connection: Connection, seconds: float) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")


def opening_fault(message: str, file: str | None) -> str | None:
    """Why SQLite cannot open or write a file, where its own message does not say; None for any other fault."""
    if not any(mark in message for mark in ("unable to open", "readonly")):
        return None
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return NO_DESCRIPTOR if error.errno in NO_DESCRIPTORS else None
    # Not by opening them: closing a file would end all locks that this process has on it.
    effective = os.access in os.supports_effective_ids
    for log in (f"{file}-wal", f"{file}-shm"):
        if not os.access(log, os.F_OK) or os.access(log, os.R_OK | os.W_OK, effective_ids=effective):
            continue
        if not os.statvfs(log).f_flag & os.ST_RDONLY:
            return (
                f"cannot be opened: this user may not write {log}, which root may have left; correct its owner by chown"
            )
    return None if file is None else _disk_fault(Path(file).parent)


def _disk_fault(folder: Path) -> str | None:
    """Why SQLite cannot make the log of a file in this folder, if its disk is at fault."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    if disk.f_flag & os.ST_RDONLY:
        return READ_ONLY
    if disk.f_files and not disk.f_favail:  # some file systems, such as Btrfs, have no limit and count none
        return "has no room left: its disk has no inode for another file; delete some files"
    return None


def overwrite_deleted(connection: Connection) -> None:
    """Overwrite what this connection deletes in a SQLite file from now on, also where SQLite would leave it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    _set_journal_mode(connection)
    cursor.close()


def _set_journal_mode(connection: Any) -> None:
    # SQLite does not wait its busy timeout when two processes switch a new file to WAL at once.
    deadline = time.monotonic() + BUSY
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
