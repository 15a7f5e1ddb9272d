"""Reading a SQLite file, and nothing else, and for so long only."""

import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection

from digest.errors import SourceError
from digest.sources.sql.limits import Limits

_MAY = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# What json_each() and full-text tables ask for when they are opened; the schema itself stays out of reach in this mode.
_ASKS = {
    (sqlite3.SQLITE_UPDATE, "sqlite_master"),
    (sqlite3.SQLITE_PRAGMA, "data_version"),
    (sqlite3.SQLITE_PRAGMA, "page_size"),
}
_STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's virtual machine: about a millisecond


def options(url: URL, root: Path, limits: Limits) -> dict[str, Any]:
    """What an engine for the file needs; raises SourceError where there is none."""
    file = root / Path(url.database or "").expanduser()
    if not file.is_file():
        raise SourceError(f"there is no database file {file}")
    uri = f"{file.absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=limits.connect, isolation_level=None)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return connection

    return {"creator": connect}


def guard(connection: Connection, _zone: ZoneInfo, _at: datetime, limits: Limits) -> None:
    """Let nothing be written, and the query end in time."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA query_only = ON")
    raw.set_authorizer(_verdict)
    end = time.monotonic() + limits.statement
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)


def _verdict(action: int, first: str | None, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _MAY or (action, first) in _ASKS else sqlite3.SQLITE_DENY


def out_of_time(cause: BaseException) -> bool:
    """Whether this error is our own stop."""
    return isinstance(cause, sqlite3.OperationalError) and str(cause) == "interrupted"
