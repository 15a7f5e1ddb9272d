"""Read-only access to a SQLite file, with a time limit."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine

from digest.errors import SourceError
from digest.parsing.encodings.charset import decoded_value
from digest.settings.configured_path import configured_path
from digest.settings.sources import COLUMNS
from digest.sources.sql.limits import Limits
from digest.sources.sql.statement import select_from

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# json_each() and full-text tables need these when they are opened; query_only still protects the schema.
_ALLOWED_ON = {
    (sqlite3.SQLITE_UPDATE, "sqlite_master"),
    (sqlite3.SQLITE_PRAGMA, "data_version"),
    (sqlite3.SQLITE_PRAGMA, "page_size"),
}
LARGEST_BATCH = 10
_STEPS_BETWEEN_CHECKS = 10_000  # of SQLite's virtual machine: about a millisecond


def options(url: URL, root: Path, limits: Limits) -> dict[str, Any]:
    """The arguments of an engine for the file; raises SourceError if it does not exist."""
    file = configured_path(url.database or "", root)
    if not file.is_file():
        raise SourceError(f"there is no database file {file}")
    uri = f"{file.absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=limits.connect, isolation_level=None)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.cell)
        connection.text_factory = decoded_value
        return connection

    return {"creator": connect}


def given_up_in_time(_engine: Engine, _limits: Limits) -> AbstractContextManager[None]:
    """Nothing: a file does not hang like a server."""
    return nullcontext()


def make_read_only(connection: Connection, _zone: ZoneInfo, _at: datetime, limits: Limits) -> None:
    """Make the connection read-only and limit its time."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA query_only = ON")
    raw.set_authorizer(_authorize)
    end = time.monotonic() + limits.statement
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_CHECKS)


def shorten(_connection: Connection, query: str, _bounds: Mapping[str, Any], _limits: Limits) -> str:
    """The query as it is: to shorten a text, SQLite would read all of it."""
    return query


def is_too_large(cause: BaseException | None) -> bool:
    """Whether a value is larger than `Limits.cell`."""
    return isinstance(cause, sqlite3.DataError) and str(cause) == "string or blob too big"


def without_summary(connection: Connection, query: str, bounds: Mapping[str, Any]) -> str | None:
    """The query without its column `summary`, which SQLite does not read then; None if it has none."""
    with connection.exec_driver_sql(select_from(query, "*", " LIMIT 0"), bounds) as result:
        names = set(map(str.lower, result.keys()))
    others = ", ".join(f'"{name}"' for name in COLUMNS if name in names and name != "summary")
    return select_from(query, others) if "summary" in names else None


def _authorize(action: int, first: str | None, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED or (action, first) in _ALLOWED_ON else sqlite3.SQLITE_DENY


def is_timeout(cause: BaseException) -> bool:
    """Whether the progress handler stopped the query."""
    return isinstance(cause, sqlite3.OperationalError) and str(cause) == "interrupted"
