"""Reading a MySQL or MariaDB database, and nothing else, and for so long only."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from digest.sources.sql.limits import Limits

_UNKNOWN_TIME_ZONE = 1298
_STOPPED_BY_TIME = {1969, 3024}  # MariaDB's and MySQL's word for it
_LOST = 2013


def options(_url: URL, _root: Path, limits: Limits) -> dict[str, Any]:
    """What an engine for the server needs."""
    slack = limits.statement + limits.connect  # the server ends the query; this is for a server that is gone
    times = {"connect_timeout": limits.connect, "read_timeout": slack, "write_timeout": slack}
    return {"connect_args": {"charset": "utf8mb4", **times}}


def guard(connection: Connection, zone: ZoneInfo, at: datetime, limits: Limits) -> None:
    """Let nothing be written, and the query end in time; the session speaks in the zone, or in its offset `at`."""
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
    """TIMESTAMP columns come in the session's zone; many servers know no zone by name, and take an offset."""
    try:
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": zone.key})
    except DBAPIError as error:
        if error.orig is None or error.orig.args[:1] != (_UNKNOWN_TIME_ZONE,):
            raise
        offset = at.astimezone(zone).strftime("%z")
        connection.exec_driver_sql("SET SESSION time_zone = %(zone)s", {"zone": f"{offset[:3]}:{offset[3:5]}"})


def out_of_time(cause: BaseException) -> bool:
    """Whether the server stopped the query because its time was over, or was gone for so long."""
    if not isinstance(cause, pymysql.err.Error):
        return False
    code = cause.args[0] if cause.args else None
    return code in _STOPPED_BY_TIME or (code == _LOST and "timed out" in str(cause))
