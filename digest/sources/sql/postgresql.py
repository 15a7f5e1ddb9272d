"""Read-only access to PostgreSQL, with time limits."""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types import datetime as psycopg_datetime
from psycopg.types import json as psycopg_json
from sqlalchemy import URL, Connection, Engine, event

from digest.settings.sources import COLUMNS
from digest.sources.sql.limits import Limits
from digest.sources.sql.statement import select_from

LARGEST_BATCH = 100
_TEXT_TYPES = {psycopg.adapters.types[name].oid for name in ("text", "varchar", "bpchar")}
_BYTES = psycopg.adapters.types["bytea"].oid


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """The arguments of an engine for the server."""
    # No prepared statements and no startup options: connection poolers such as PgBouncer refuse them.
    seconds = max(2, round(limits.connect))
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    texts = {"client_encoding": "UTF8"}  # whatever PGCLIENTENCODING, the role or the database says
    arguments = {"connect_timeout": seconds, "prepare_threshold": None, **texts, **alive}
    # SERIALIZABLE as the role's default would fail on a standby, and elsewhere disturb those who write.
    return {"connect_args": arguments, "isolation_level": "READ COMMITTED"}


@contextmanager
def given_up_in_time(engine: Engine, limits: Limits) -> Iterator[None]:
    """End connections that are open too long, for the block: a server that hangs ends neither queries nor connections.

    SQLAlchemy's own first queries are included; a pooler without a free connection hangs at the first of them.
    """
    with ExitStack() as stack:

        def connected(raw: Any, _record: object) -> None:
            line = stack.enter_context(socket.socket(fileno=os.dup(raw.fileno())))
            timer = threading.Timer(limits.connect + limits.statement, _hang_up, (line,))
            timer.daemon = True
            timer.start()
            stack.callback(timer.cancel)

        event.listen(engine, "connect", connected, insert=True)
        yield


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # closed just now
        line.shutdown(socket.SHUT_RDWR)


def make_read_only(connection: Connection, zone: ZoneInfo, _at: datetime, limits: Limits) -> None:
    """Make the session read-only and limit its time; its zone is `zone`."""
    connection.execution_options(postgresql_readonly=True)
    raw: Any = connection.connection.dbapi_connection
    for kind, loader in _LOADERS.items():
        raw.adapters.register_loader(kind, loader)
    milliseconds = str(round(limits.statement * 1000))
    session = {
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "timezone": zone.key,
        "datestyle": "ISO",
        "intervalstyle": "postgres",
        "cursor_tuple_fraction": "1",
    }
    for name, value in session.items():
        connection.exec_driver_sql("SELECT set_config(%(name)s, %(value)s, true)", {"name": name, "value": value})


def shorten(connection: Connection, query: str, bounds: Mapping[str, Any], limits: Limits) -> str:
    """The query with its texts and bytes cut by the server, which would send up to a gigabyte of each.

    Columns that nobody reads are NULL: an attachment, or a value that the driver cannot read, would be in the way.
    A database in SQL_ASCII holds whatever bytes programs wrote, and sends no text that is not UTF-8: as bytes it does.
    """
    raw: Any = connection.connection.dbapi_connection
    is_unknown = raw.info.parameter_status("server_encoding") == "SQL_ASCII"
    text = "convert_to(left({0}::text, {1}), 'SQL_ASCII')" if is_unknown else "left({0}::text, {1})"
    with connection.exec_driver_sql(select_from(query, "*", " LIMIT 0"), bounds) as result:
        description: Any = result.cursor.description if result.cursor else ()
        columns = [(column.name, column.type_code) for column in description]
    places = [f"c{place}" for place in range(len(columns))]
    cut = limits.value + 1  # one more, so that the cut is noticed
    values = [
        f"{_value_of(name, kind, text).format(place, cut)} AS {_quoted(name)}"
        for place, (name, kind) in zip(places, columns, strict=True)
    ]
    return select_from(query, ", ".join(values), f" ({', '.join(places)})") if columns else query


def _value_of(name: str, kind: int, text: str) -> str:
    """The value of a column, with {0} for the column and {1} for the length; `text` is that of a text."""
    if name.lower() not in COLUMNS:
        return "NULL"
    if kind == _BYTES:
        return "substring({0} FROM 1 FOR {1})"
    # Types that the driver does not know, such as citext, are texts to it.
    return text if kind in _TEXT_TYPES or psycopg.adapters.types.get(kind) is None else "{0}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def is_timeout(cause: BaseException) -> bool:
    """Whether the server stopped the query because it took too long."""
    return isinstance(cause, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable)


def _with_text_fallback(loader: type[Any]) -> type[Any]:
    """A loader that returns the text of a value that Python cannot hold: 'infinity', 44 BC, 24:00, deep JSON."""

    class Loader(loader):  # type: ignore[misc]  # the class is an argument
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except (psycopg.DataError, ValueError, RecursionError):
                return bytes(data).decode("utf-8", "replace")

    return Loader


_LOADERS = {
    "date": _with_text_fallback(psycopg_datetime.DateLoader),
    "timestamp": _with_text_fallback(psycopg_datetime.TimestampLoader),
    "timestamptz": _with_text_fallback(psycopg_datetime.TimestamptzLoader),
    "time": _with_text_fallback(psycopg_datetime.TimeLoader),
    "timetz": _with_text_fallback(psycopg_datetime.TimetzLoader),
    "interval": _with_text_fallback(psycopg_datetime.IntervalLoader),
    "json": _with_text_fallback(psycopg_json.JsonLoader),
    "jsonb": _with_text_fallback(psycopg_json.JsonbLoader),
}
