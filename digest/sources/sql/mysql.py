"""Read-only access to MySQL and MariaDB, with time limits."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from digest.errors import SourceError
from digest.parsing.text import clean_line
from digest.sources.sql.limits import Limits

LARGEST_BATCH = 10
_UNKNOWN_TIME_ZONE = 1298
_TIMEOUTS = {1969, 3024}  # MariaDB's and MySQL's error for a query that took too long
_CANNOT_CONNECT, _CONNECTION_LOST = 2003, 2013
_GREETINGS = {b"", b"\x0a", b"\xff"}  # a server begins with the version of its protocol, or with an error
_VECTOR = 242  # the type of MySQL 9's columns VECTOR, which the driver does not know and reads as ASCII


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """The arguments of an engine for the server."""
    longest = limits.statement + limits.connect  # the server ends the query; this is for a server that is gone
    times = {"connect_timeout": limits.connect, "read_timeout": longest, "write_timeout": longest}
    pymysql.connections.TEXT_TYPES.add(_VECTOR)  # the types that may be binary
    types = pymysql.constants.FIELD_TYPE
    converters = {**pymysql.converters.conversions, types.BIT: _bits, types.JSON: _json}
    return {"connect_args": {"charset": "utf8mb4", "conv": converters, **times}}


def _bits(value: bytes) -> int:
    """The number of a BIT column, which the driver gives as its bytes: 0x35 is 53, and not the digit 5."""
    return int.from_bytes(value, "big")


def _json(text: str) -> object:
    """The value of MySQL's type JSON, as from PostgreSQL: `data->'$.title'` gives a text in quotes, or `null`."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def given_up_in_time(engine: Engine, limits: Limits) -> Iterator[None]:
    """Wait no longer for the server's greeting than for the connection: the driver would wait as for a query.

    A server that sends none, or is of another kind, is a SourceError.
    """

    def connect(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> Any:
        connection = pymysql.connect(*arguments, **{**parameters, "defer_connect": True})
        line = None if connection.unix_socket else _greeted_line(connection, limits)
        try:
            connection.connect(line)
        except RuntimeError as error:  # such as for ed25519, whose package Digest does not bring
            raise SourceError(f"the database driver cannot authenticate: {error}") from None
        return connection

    event.listen(engine, "do_connect", connect)
    yield


def _greeted_line(connection: Any, limits: Limits) -> socket.socket:
    """A connection to the server, which has greeted; the greeting is still to be read."""
    place = (connection.host, connection.port)
    source = None if connection.bind_address is None else (connection.bind_address, 0)
    try:
        line = socket.create_connection(place, connection.connect_timeout, source)
    except OSError as error:  # as the driver reports it
        problem = f"Can't connect to MySQL server on {connection.host!r} ({error})"
        raise pymysql.err.OperationalError(_CANNOT_CONNECT, problem) from None
    try:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        line.settimeout(limits.connect)
        _require_greeting(line, "{}:{}".format(*place), limits)
    except BaseException:
        line.close()
        raise
    return line


def _require_greeting(line: socket.socket, place: str, limits: Limits) -> None:
    """Raise SourceError unless MySQL's protocol begins: three bytes of a length, a zero, and a version."""
    try:
        begun = line.recv(200, socket.MSG_PEEK)
    except TimeoutError:
        raise SourceError(
            f"the server at {place} accepted the connection, and sent no greeting of MySQL within {limits.connect:g} s;"
            " it hangs, or another service has this port"
        ) from None
    except OSError:
        return  # the driver says it
    if begun[3:4] not in {b"", b"\0"} or begun[4:5] not in _GREETINGS:
        answer = clean_line(begun.decode("utf-8", "replace").partition("\n")[0], 80)
        raise SourceError(
            f"what answers at {place} is not MySQL or MariaDB: it says {answer!r}; correct the port in url"
        )


def make_read_only(connection: Connection, zone: ZoneInfo, at: datetime, limits: Limits) -> None:
    """Make the session read-only and limit its time; its zone is `zone`, or the offset that the zone has `at`."""
    is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    variable, unit = ("max_statement_time", 1) if is_mariadb else ("max_execution_time", 1000)
    seconds = max(1, round(limits.statement))
    _set_zone(connection, zone, at)
    for name, value in {
        variable: round(limits.statement * unit, 3) if is_mariadb else round(limits.statement * unit),
        "lock_wait_timeout": seconds,
        "innodb_lock_wait_timeout": seconds,
        "sql_select_limit": limits.rows + 1,
    }.items():
        connection.exec_driver_sql(f"SET SESSION {name} = {value}")
    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
    connection.exec_driver_sql("START TRANSACTION READ ONLY")


def _set_zone(connection: Connection, zone: ZoneInfo, at: datetime) -> None:
    """TIMESTAMP columns arrive in the session's zone; servers without zone tables accept only an offset."""
    try:
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": zone.key})
    except DBAPIError as error:
        if error.orig is None or error.orig.args[:1] != (_UNKNOWN_TIME_ZONE,):
            raise
        offset = at.astimezone(zone).strftime("%z")
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": f"{offset[:3]}:{offset[3:5]}"})


def shorten(_connection: Connection, query: str, _bounds: Mapping[str, Any], _limits: Limits) -> str:
    """The query as it is: a subquery has no order here, and the server's max_allowed_packet limits a row."""
    return query


def is_timeout(cause: BaseException) -> bool:
    """Whether the server stopped the query because it took too long, or did not respond for that time."""
    if not isinstance(cause, pymysql.err.Error):
        return False
    code = cause.args[0] if cause.args else None
    return code in _TIMEOUTS or (code == _CONNECTION_LOST and "timed out" in str(cause))
