"""Read-only access to PostgreSQL, with time limits."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types import datetime as psycopg_datetime
from sqlalchemy import URL, Connection

from digest.sources.sql.limits import Limits
from digest.sources.sql.statement import select_from

LARGEST_BATCH = 100
_TEXT_TYPES = {psycopg.adapters.types[name].oid for name in ("text", "varchar", "bpchar")}


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """The arguments of an engine for the server."""
    # No prepared statements and no startup options: connection poolers such as PgBouncer refuse them.
    seconds = max(2, round(limits.connect))
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    texts = {"client_encoding": "UTF8"}  # whatever PGCLIENTENCODING, the role or the database says
    return {"connect_args": {"connect_timeout": seconds, "prepare_threshold": None, **texts, **alive}}


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
        "cursor_tuple_fraction": "1",
    }
    for name, value in session.items():
        connection.exec_driver_sql("SELECT set_config(%(name)s, %(value)s, true)", {"name": name, "value": value})


def shorten(connection: Connection, query: str, bounds: Mapping[str, Any], limits: Limits) -> str:
    """The query with its texts cut by the server, which would send up to a gigabyte of each.

    A database in SQL_ASCII holds whatever bytes programs wrote, and sends no text that is not UTF-8: as bytes it does.
    """
    raw: Any = connection.connection.dbapi_connection
    is_unknown = raw.info.parameter_status("server_encoding") == "SQL_ASCII"
    text = "convert_to(left({}::text, {}), 'SQL_ASCII')" if is_unknown else "left({}::text, {})"
    with connection.exec_driver_sql(select_from(query, "*", " LIMIT 0"), bounds) as result:
        description: Any = result.cursor.description if result.cursor else ()
        columns = [(_quoted(column.name), column.type_code) for column in description]
    places = [f"c{place}" for place in range(len(columns))]
    cut = limits.value + 1  # one more, so that the cut is noticed
    values = [
        f"{text.format(place, cut)} AS {name}" if kind in _TEXT_TYPES else f"{place} AS {name}"
        for place, (name, kind) in zip(places, columns, strict=True)
    ]
    return select_from(query, ", ".join(values), f" ({', '.join(places)})") if columns else query


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def is_timeout(cause: BaseException) -> bool:
    """Whether the server stopped the query because it took too long."""
    return isinstance(cause, psycopg.errors.QueryCanceled)


def _with_text_fallback(loader: type[Any]) -> type[Any]:
    """A loader that returns the text of a value that Python's datetime cannot hold ('infinity', 44 BC)."""

    class Loader(loader):  # type: ignore[misc]  # the class is an argument
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode("ascii", "replace")

    return Loader


_LOADERS = {
    "date": _with_text_fallback(psycopg_datetime.DateLoader),
    "timestamp": _with_text_fallback(psycopg_datetime.TimestampLoader),
    "timestamptz": _with_text_fallback(psycopg_datetime.TimestamptzLoader),
}
