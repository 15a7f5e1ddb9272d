"""Read-only access to MySQL and MariaDB, with time limits."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from digest.sources.sql.limits import Limits

LARGEST_BATCH = 10
_UNKNOWN_TIME_ZONE = 1298
_TIMEOUTS = {1969, 3024}  # MariaDB's and MySQL's error for a query that took too long
_CONNECTION_LOST = 2013


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """The arguments of an engine for the server."""
    longest = limits.statement + limits.connect  # the server ends the query; this is for a server that is gone
    times = {"connect_timeout": limits.connect, "read_timeout": longest, "write_timeout": longest}
    converters = {**pymysql.converters.conversions, pymysql.constants.FIELD_TYPE.BIT: _bits}
    return {"connect_args": {"charset": "utf8mb4", "conv": converters, **times}}


def _bits(value: bytes) -> int:
    """The number of a BIT column, which the driver gives as its bytes: 0x35 is 53, and not the digit 5."""
    return int.from_bytes(value, "big")


def given_up_in_time(_engine: Engine, _limits: Limits) -> AbstractContextManager[None]:
    """Nothing: the driver has a time limit for each read."""
    return nullcontext()


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
