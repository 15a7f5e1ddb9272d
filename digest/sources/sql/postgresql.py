"""Reading a PostgreSQL database, and nothing else, and for so long only."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types import datetime as psycopg_datetime
from sqlalchemy import URL, Connection

from digest.sources.sql.limits import Limits


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """What an engine for the server needs."""
    # Prepared statements and start-up options are left out: connection poolers in front of PostgreSQL refuse them.
    seconds = max(2, round(limits.connect))
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {"connect_args": {"connect_timeout": seconds, "prepare_threshold": None, **alive}}


def guard(connection: Connection, zone: ZoneInfo, _at: datetime, limits: Limits) -> None:
    """Let nothing be written, and the query end in time; the session speaks in the zone."""
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


def out_of_time(cause: BaseException) -> bool:
    """Whether the server stopped the query because its time was over."""
    return isinstance(cause, psycopg.errors.QueryCanceled)


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
