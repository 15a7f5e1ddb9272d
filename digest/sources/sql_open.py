"""Opens somebody else's database for reading only: whatever the query says, nothing is written, and it ends in time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pymysql
from psycopg.types import datetime as psycopg_datetime
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from digest.errors import SourceError

_BACKENDS = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
_SQLITE_MAY = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# What json_each() and full-text tables ask for when they are opened; the schema itself stays out of reach in this mode.
_SQLITE_ASKS = {
    (sqlite3.SQLITE_UPDATE, "sqlite_master"),
    (sqlite3.SQLITE_PRAGMA, "data_version"),
    (sqlite3.SQLITE_PRAGMA, "page_size"),
}
_STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's virtual machine: about a millisecond
_UNKNOWN_TIME_ZONE = 1298
_STOPPED_BY_TIME = {1969, 3024}  # MariaDB's and MySQL's word for it
_LOST = 2013


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long to wait for a connection and for the answer to the query (seconds), and how many rows to read."""

    connect: float = 10.0
    statement: float = 30.0
    rows: int = 10_000


def database_url(text: str) -> URL:
    """The address with the driver that Digest brings; raises SourceError, which never holds the address."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SourceError(
            "its url is not a database address; expected one such as postgresql://user:password@host/name"
        ) from None
    backend = _BACKENDS.get(url.get_backend_name())
    if backend is None:
        known = "sqlite, postgresql, mysql or mariadb"
        raise SourceError(f"its url starts with {url.get_backend_name()[:20]!r}; expected {known}")
    if backend == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SourceError("its url names no file; expected one such as sqlite:///portal.db")
    return url.set(drivername=backend + {"postgresql": "+psycopg", "mysql": "+pymysql"}.get(backend, ""))


@contextmanager
def reading(url: URL, *, root: Path, zone: ZoneInfo, at: datetime, limits: Limits) -> Iterator[Connection]:
    """A connection inside a read-only transaction, its session in `zone`, or at the offset it has `at` a moment.

    Raises SourceError for a file that is not there, and SQLAlchemy's errors.
    """
    backend = url.get_backend_name()
    options = {"sqlite": _sqlite_options, "postgresql": _postgres_options, "mysql": _mysql_options}[backend]
    engine = create_engine(
        url if backend != "sqlite" else "sqlite://", poolclass=NullPool, **options(url, root, limits)
    )
    try:
        with engine.connect() as connection:
            if backend == "sqlite":
                _guard_sqlite(connection, limits)
            elif backend == "postgresql":
                _guard_postgres(connection, zone, limits)
            else:
                _guard_mysql(connection, zone, at, limits)
            yield connection
    finally:
        engine.dispose()


def ran_out_of_time(error: BaseException) -> bool:
    """Whether the database stopped the query because its time was over."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pymysql.err.Error):
        code = cause.args[0] if cause.args else None
        return code in _STOPPED_BY_TIME or (code == _LOST and "timed out" in str(cause))
    is_interrupted = isinstance(cause, sqlite3.OperationalError) and str(cause) == "interrupted"
    return is_interrupted or isinstance(cause, psycopg.errors.QueryCanceled)


def _sqlite_options(url: URL, root: Path, limits: Limits) -> dict[str, Any]:
    file = root / Path(url.database or "").expanduser()
    if not file.is_file():
        raise SourceError(f"there is no database file {file}")
    uri = f"{file.absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=limits.connect, isolation_level=None)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return connection

    return {"creator": connect}


def _guard_sqlite(connection: Connection, limits: Limits) -> None:
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA query_only = ON")
    raw.set_authorizer(_sqlite_verdict)
    end = time.monotonic() + limits.statement
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)


def _sqlite_verdict(action: int, first: str | None, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _SQLITE_MAY or (action, first) in _SQLITE_ASKS else sqlite3.SQLITE_DENY


def _postgres_options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    # Prepared statements and start-up options are left out: connection poolers in front of PostgreSQL refuse them.
    seconds = max(2, round(limits.connect))
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {"connect_args": {"connect_timeout": seconds, "prepare_threshold": None, **alive}}


def _guard_postgres(connection: Connection, zone: ZoneInfo, limits: Limits) -> None:
    connection.execution_options(postgresql_readonly=True)
    raw: Any = connection.connection.dbapi_connection
    for kind, loader in _LENIENT.items():
        raw.adapters.register_loader(kind, loader)
    milliseconds = str(round(limits.statement * 1000))
    session = {
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "timezone": zone.key,
        "datestyle": "ISO",
        "cursor_tuple_fraction": "1",
    }
    for name, value in session.items():
        connection.exec_driver_sql("SELECT set_config(%(name)s, %(value)s, true)", {"name": name, "value": value})


def _mysql_options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    slack = limits.statement + limits.connect  # the server ends the query; this is for a server that is gone
    times = {"connect_timeout": limits.connect, "read_timeout": slack, "write_timeout": slack}
    return {"connect_args": {"charset": "utf8mb4", **times}}


def _guard_mysql(connection: Connection, zone: ZoneInfo, at: datetime, limits: Limits) -> None:
    is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    variable, unit = ("max_statement_time", 1) if is_mariadb else ("max_execution_time", 1000)
    seconds = max(1, round(limits.statement))
    _set_mysql_zone(connection, zone, at)
    for name, value in {
        variable: round(limits.statement * unit, 3) if is_mariadb else round(limits.statement * unit),
        "lock_wait_timeout": seconds,
        "innodb_lock_wait_timeout": seconds,
        "sql_select_limit": limits.rows + 1,
    }.items():
        connection.exec_driver_sql(f"SET SESSION {name} = {value}")
    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
    connection.exec_driver_sql("START TRANSACTION READ ONLY")


def _set_mysql_zone(connection: Connection, zone: ZoneInfo, at: datetime) -> None:
    """TIMESTAMP columns come in the session's zone; many servers know no zone by name, and take an offset."""
    try:
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": zone.key})
    except DBAPIError as error:
        if error.orig is None or error.orig.args[:1] != (_UNKNOWN_TIME_ZONE,):
            raise
        offset = at.astimezone(zone).strftime("%z")
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": f"{offset[:3]}:{offset[3:5]}"})


def _lenient(loader: type[Any]) -> type[Any]:
    """A loader that gives the text of a value that Python's datetimes cannot hold ('infinity', 44 BC)."""

    class Lenient(loader):  # type: ignore[misc]  # the class is an argument
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode("ascii", "replace")

    return Lenient


_LENIENT = {
    "date": _lenient(psycopg_datetime.DateLoader),
    "timestamp": _lenient(psycopg_datetime.TimestampLoader),
    "timestamptz": _lenient(psycopg_datetime.TimestamptzLoader),
}
