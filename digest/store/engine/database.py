"""Opens the database, gives transactions, and turns the errors of the drivers into one sentence each."""

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Engine, func, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import StaticPool

from digest import failpoints
from digest.errors import StoreError, StoreUnavailableError
from digest.file_owner import give_like
from digest.protocols import Listener
from digest.store.engine.connection_advice import connection_advice, failure_of_each_server
from digest.store.engine.database_url import SQLITE, file_of, parse_database_url, server_label
from digest.store.engine.locks import Lock, hold
from digest.store.engine.opened_file import OpenedFile
from digest.store.engine.postgres_engine import (
    BY_INDEX,
    LONG_WORK,
    is_behind_pooler,
    keyed_engine,
    postgres_engine,
    require_own_sessions,
)
from digest.store.engine.sqlite_engine import (
    BUSY,
    NO_DESCRIPTOR,
    NO_DESCRIPTORS,
    READ_ONLY,
    empty_log,
    opening_fault,
    sqlite_engine,
)
from digest.store.engine.table_revision import revision_of
from digest.store.tables.schema import insert, signing_key

_log = logging.getLogger(__name__)

HEAD = "0066"  # the newest migration; revisions are numbers, so a larger one is a newer Digest's
_PATIENCE = 4  # times as long until it gives up: an issue for 1,000,000 readers who chose topics is planned in 72 s
_SIGNING_KEY = 1
_SERVER_TIME = select(func.clock_timestamp(type_=DateTime(timezone=True)))
_SQLITE_ERRORS = {
    "disk is full": "has no room left: the disk is full; free some space",
    "readonly": READ_ONLY,
    "locked": f"is locked: another process has held it for more than {BUSY} seconds; let it finish, or end it",
    "malformed": "is damaged; restore it from a backup",
    "not a database": "is not a SQLite database, or is damaged; name another file or restore a backup",
    "unable to open": "cannot be opened: check that its folder exists, and that this user may read and write both",
    "disk i/o": "cannot be read or written: the disk reports an error or is full",
}


class Database:
    """One database, SQLite or PostgreSQL, shared by all threads of the process."""

    def __init__(
        self,
        engine: Engine,
        label: str,
        is_stopped: Callable[[], bool] = lambda: False,
        keyed: Engine | None = None,
    ) -> None:
        self._engine = engine
        self._keyed_engine = keyed or engine
        self._label = label
        self._is_stopped = is_stopped
        self._is_wait_logged = False  # since another process holds the file
        self._file: OpenedFile | None = None  # of SQLite, once it is open
        self.is_sqlite = engine.dialect.name == "sqlite"
        lock: AbstractContextManager[Any] = RLock() if self.is_sqlite else nullcontext()
        self._write_lock = lock
        # Readers and writers share the one connection of a database in memory.
        self._read_lock = lock if isinstance(engine.pool, StaticPool) else nullcontext()

    @classmethod
    def open(cls, url: str | URL, root: Path, is_stopped: Callable[[], bool] = lambda: False) -> "Database":
        """Open the database at `url` (a relative path: from `root`), SQLite brought up to date; raises StoreError.

        Once `is_stopped()`, no statement waits longer than a few seconds for PostgreSQL, or half a minute for SQLite.
        """
        parsed = parse_database_url(url) if isinstance(url, str) else url
        database = (
            cls._open_sqlite(parsed, root, is_stopped)
            if parsed.drivername in SQLITE
            else cls._open_server(parsed, is_stopped)
        )
        try:
            if parsed.drivername in SQLITE:
                database.migrate()
                database.require_in_place()
            else:
                database.revision()  # fails now if the server does not answer
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def _open_sqlite(cls, url: URL, root: Path, is_stopped: Callable[[], bool]) -> "Database":
        if url.database in {None, "", ":memory:"}:
            return cls(sqlite_engine(URL.create("sqlite"), poolclass=StaticPool), "the database in memory")
        path = file_of(url, root)
        _require_no_lone_log(path)
        _create_privately(path)
        engine = sqlite_engine(URL.create("sqlite", database=str(path)), pool_size=20, max_overflow=20)
        return cls(engine, f"the database {path}", is_stopped)

    @classmethod
    def _open_server(cls, url: URL, is_stopped: Callable[[], bool]) -> "Database":
        database = cls._with_server(url, is_stopped)
        try:
            if not database.is_behind_pooler():
                return database
        except BaseException:
            database.close()
            raise
        database.close()
        return cls._with_server(url, is_stopped, is_pooled=True)

    @classmethod
    def _with_server(cls, url: URL, is_stopped: Callable[[], bool], *, is_pooled: bool = False) -> "Database":
        engines = postgres_engine(url, is_pooled=is_pooled), keyed_engine(url)
        timelines = import_module("digest.store.engine.server_timelines").ServerTimelines()
        for engine in engines:
            import_module("digest.store.engine.watched_connection").watch(engine, is_stopped)
            timelines.watch(engine)
        return cls(engines[0], server_label(url), keyed=engines[1])

    def is_behind_pooler(self) -> bool:
        """Whether a pooler is before the PostgreSQL server; raises StoreError, also for one that is not safe."""
        with self._one_sentence_errors():
            return is_behind_pooler(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that reads one snapshot of the database; raises StoreError."""
        with self._read_lock, self._one_sentence_errors(), self._engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def write(
        self, *, outlives_power: bool = False, computes: bool = False, by_index: bool = False
    ) -> Iterator[Connection]:
        """A transaction that is committed when the block ends, and rolled back if it raises; raises StoreError.

        `connection.rollback()` undoes what the block did; no statement may follow, because it would begin no
        transaction on SQLite.

        It always survives a crash of the process. On SQLite it survives a power cut only with `outlives_power`, because
        syncing the disk takes most of a small transaction's time; PostgreSQL always syncs. PostgreSQL ends a
        transaction in which it waits 10 seconds for its next statement, with `computes` a minute, and then no statement
        is limited in time. With `by_index` it finds rows through an index, whatever its statistics of the table are.
        """
        with self._write_lock, self._one_sentence_errors(), self._engine.connect() as connection:
            if self.is_sqlite:
                _set_synchronous(connection, "FULL" if outlives_power else "NORMAL")
                self._begin(connection)
            elif computes:
                connection.exec_driver_sql(LONG_WORK)
            elif by_index:
                connection.exec_driver_sql(BY_INDEX)
            yield connection
            connection.commit()

    @contextmanager
    def each_statement(self) -> Iterator[Connection]:
        """A connection to PostgreSQL on which each statement is a transaction: one round trip; raises StoreError."""
        with self._one_sentence_errors(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def keyed_statements(self) -> Iterator[Connection]:
        """The same for a few statements that find rows by their ids: PostgreSQL plans each once for all executions."""
        with self._one_sentence_errors(), self._keyed_engine.connect() as connection:
            yield connection

    def _begin(self, connection: Connection) -> None:
        """Begin to write, once no other process does."""
        for turn in range(1, _PATIENCE + 1):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if "locked" not in str(error.orig) or turn == _PATIENCE or self._is_stopped():
                    raise
                if not self._is_wait_logged:
                    self._is_wait_logged = True
                    _log.warning("%s is locked: waiting for another process that writes to it", self._label)
            else:
                self._is_wait_logged = False
                return

    def require_in_place(self) -> None:
        """From now on raise StoreUnavailableError at each use of a SQLite file that was removed or replaced."""
        file = self._engine.url.database  # None in memory
        self._file = None if file is None else OpenedFile.at(Path(file))

    def migrate(self) -> bool:
        """Bring the tables up to date; false when they were. Safe beside others who do the same. Raises StoreError."""
        if self._refuse_newer(self.revision()) == HEAD:
            return False
        with self._migration() as connection:
            if self._refuse_newer(revision_of(connection)) == HEAD:
                return False
            # Alembic is loaded only here: it would slow the start of every command.
            if inspect(connection).get_table_names():
                import_module("digest.store.migrations.upgrade").upgrade(connection)
            else:
                import_module("digest.store.tables.metadata").make_tables(connection, HEAD)
            _make_secret(connection)
            self._require_foreign_keys(connection)
            failpoints.reach("store.before_migrate_commit")
        return True

    @contextmanager
    def _migration(self) -> Iterator[Connection]:
        """A transaction that one process at a time gets, and in which SQLite lets tables be replaced by copies."""
        with self._write_lock, self._one_sentence_errors(), self._engine.connect() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(LONG_WORK)
                hold(connection, Lock.MIGRATING)
                yield connection
                connection.commit()
                return
            with _foreign_keys_off(connection):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.commit()

    def _require_foreign_keys(self, connection: Connection) -> None:
        if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise StoreError(f"{self._label} is damaged: rows refer to others that are gone; restore it from a backup")

    def require_current(self) -> None:
        """Raise StoreError unless the tables are exactly as this code expects them."""
        if self._refuse_newer(self.revision()) != HEAD:
            raise StoreError(f"{self._label} is not up to date; run `digest migrate`")

    def secret(self) -> bytes:
        """The 32 bytes that sign links, the same for all processes; raises StoreError."""
        stored = select(signing_key.c.secret).where(signing_key.c.id == _SIGNING_KEY)
        with self.read() as connection:
            known = connection.scalar(stored)
        if known is not None:
            return bytes(known)
        with self.write() as connection:  # somebody deleted the key
            _make_secret(connection)
            return bytes(connection.scalars(stored).one())

    def compact(self) -> None:
        """Leave nothing of deleted rows in a SQLite file and its WAL; raises StoreError.

        PostgreSQL vacuums its tables automatically. StoreUnavailableError: another process uses the database.
        """
        if not self.is_sqlite:
            return
        with self._write_lock, self._one_sentence_errors(), self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            is_empty = empty_log(connection)
        if not is_empty:
            raise StoreUnavailableError(f"{self._label} is read by another process, such as `digest backup`")

    def server_time(self) -> datetime:
        """The time of PostgreSQL's clock at this moment; raises StoreError."""
        with self.read() as connection:
            return connection.execute(_SERVER_TIME).scalar_one()

    def listen(self, channel: str) -> Listener | None:
        """A connection that gets the notices of a channel, None on SQLite; raises StoreError."""
        if self.is_sqlite:
            return None
        with self._one_sentence_errors():
            listener: Listener = import_module("digest.store.engine.listener").PostgresListener(self._engine, channel)
        return listener

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._keyed_engine.dispose()

    def revision(self) -> str | None:
        """The newest migration of the tables, None before the first; raises StoreError."""
        with self.read() as connection:
            return revision_of(connection)

    def _refuse_newer(self, revision: str | None) -> str | None:
        if revision is not None and revision > HEAD:
            raise StoreError(
                f"{self._label} was made by a newer Digest (its tables are {revision}, ours {HEAD}); update Digest"
            )
        return revision

    def require_own_sessions(self) -> None:
        """Raise StoreError where PostgreSQL is behind a pooler that lends its sessions for one transaction."""
        with self._one_sentence_errors():
            require_own_sessions(self._engine)

    @contextmanager
    def _one_sentence_errors(self) -> Iterator[None]:
        """For each use of the database; raises StoreError."""
        if self._file is not None and not self._file.is_in_place():
            raise StoreUnavailableError(
                f"{self._label} was removed or replaced while Digest used it; put it back, or restart every Digest"
                " process"
            )
        try:
            yield
        except DBAPIError as error:
            kind = StoreUnavailableError if self._is_away(error) else StoreError
            fault = opening_fault(str(error.orig), self._engine.url.database) if self.is_sqlite else None
            raise kind(f"{self._label} {fault or _sentence(error)}") from None
        except PoolTimeoutError:
            sentence = f"{self._label} is too busy: no connection became free in {BUSY} seconds"
            raise StoreUnavailableError(sentence) from None

    def _is_away(self, error: DBAPIError) -> bool:
        if self.is_sqlite:
            return "locked" in str(error.orig)
        return error.connection_invalidated or isinstance(error, OperationalError)


def _require_no_lone_log(path: Path) -> None:
    """Raise StoreError where a file is missing beside its log: SQLite deletes the log when it recreates the file."""
    log = path.with_name(f"{path.name}-wal")
    try:
        is_alone = log.stat().st_size > 0 and not os.path.lexists(path)
    except (OSError, ValueError):  # as a rule there is none; what is wrong with the path is reported later
        is_alone = False
    if is_alone:
        raise StoreError(
            f"the database {path} is missing, and its write-ahead log is there; put the file back, or move {log} away"
        )


def _create_privately(path: Path) -> None:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            give_like(handle, path.parent)
        finally:
            os.close(handle)
    except FileExistsError:
        return
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in NO_DESCRIPTORS:
            raise StoreError(f"the database {path} {NO_DESCRIPTOR}") from None
        reason = (getattr(error, "strerror", None) or "not a file name").lower()
        raise StoreError(f"the database {path} cannot be created: {reason}; check its folder") from None


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    # SQLite ignores this pragma inside a transaction, so an open one is undone before the keys return.
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _set_synchronous(connection: Connection, level: str) -> None:
    if connection.info.get("synchronous") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.info["synchronous"] = level


def _make_secret(connection: Connection) -> None:
    key = {"id": _SIGNING_KEY, "secret": secrets.token_bytes(32), "created_at": datetime.now(UTC)}
    connection.execute(insert(connection, signing_key).on_conflict_do_nothing(), key)


def _sentence(error: DBAPIError) -> str:
    # Only the first line of the message: PostgreSQL's later ones quote rows, and rows hold addresses.
    diagnosis = getattr(error.orig, "diag", None)
    full = str(error.orig).strip()
    message = failure_of_each_server(full) or getattr(diagnosis, "message_primary", None)
    message = message or full.partition("\n")[0] or "no reason given"
    for mark, sentence in _SQLITE_ERRORS.items():
        if mark in message.lower():
            return sentence
    advice = connection_advice(message)
    return f"does not work: {message.rstrip('.: ')}{f'; {advice}' if advice else ''}"
