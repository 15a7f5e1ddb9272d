"""The address of the database: what `[database] url` may be, and its parts for drivers and programs. Pure."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from digest.errors import ConfigurationError
from digest.parsing.urls import bracketed, has_bare_at
from digest.store.engine.postgres_engine import server_arguments

SQLITE = {"sqlite", "sqlite+pysqlite"}
_POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg"}
# A list of servers, as in https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
_SERVERS = re.compile(r"(postgres[a-z+]*://(?:[^/?@]*@)?)([^/?@]*,[^/?@]*)(/[^?]*)?(?:\?(.*))?")
# Arguments of the driver itself, which are no options of a connection.
_DRIVERS_OWN = {"autocommit", "conninfo", "context", "cursor_factory", "prepare_threshold", "row_factory"}
_SERVER = re.compile(r"(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?")


def parse_database_url(url: str) -> URL:
    """The parts of `[database] url`; raises ConfigurationError.

    Where PostgreSQL has several servers, `host` and `port` of the query list them, separated by commas.
    """
    if has_bare_at(url):
        raise ConfigurationError("[database] url has an @ in its password; write it as %40")
    try:
        parsed = _with_listed_servers(make_url(_with_servers_in_query(url)))
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "[database] url is not a database URL; write sqlite:///digest.db or postgresql://…"
        ) from None
    if parsed.drivername not in SQLITE | _POSTGRESQL:
        raise ConfigurationError(
            f"[database] url starts with {parsed.drivername}://; Digest keeps its own data in sqlite:/// or postgresql://"
        )
    if names := sorted(_DRIVERS_OWN & set(parsed.query)):
        listed = " and ".join(names)
        raise ConfigurationError(f"[database] url has {listed}, which PostgreSQL does not know; leave it out")
    return parsed


def is_server(url: str) -> bool:
    """Whether `url` is that of a PostgreSQL database; raises ConfigurationError."""
    return parse_database_url(url).drivername not in SQLITE


def sqlite_file(url: str, root: Path) -> Path | None:
    """The file of a SQLite database at `url`, None for PostgreSQL; raises ConfigurationError without one."""
    if is_server(url):
        return None
    parsed = parse_database_url(url)
    if parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("[database] url names no file; write it after three slashes: sqlite:///digest.db")
    return file_of(parsed, root)


def file_of(url: URL, root: Path) -> Path:
    """The file of a SQLite database, whose path is relative to `root`."""
    return Path(os.path.realpath(root / str(url.database)))  # `resolve` fails where links lead to each other


def server_label(url: URL) -> str:
    """Where a PostgreSQL database is, for messages: no user and no password."""
    host = bracketed(url.host) if url.host and url.port else url.host or url.query.get("host") or "localhost"
    place = f"{host}{f':{url.port}' if url.port else ''}"
    return f"the PostgreSQL database {url.database or ''} at {place}"


def connection_arguments(url: str) -> dict[str, Any]:
    """The arguments of psycopg for a connection to PostgreSQL; raises ConfigurationError."""
    parsed = parse_database_url(url).set(drivername="postgresql+psycopg")
    _arguments, parameters = parsed.get_dialect()().create_connect_args(parsed)
    return {**parameters, **server_arguments(parsed)}


def _with_servers_in_query(url: str) -> str:
    """The same address for SQLAlchemy, which takes a list of servers only as parameters of the query."""
    found = _SERVERS.fullmatch(url)
    if found is None:
        return url
    start, servers, path, query = found.groups()
    listed = "&".join(f"host={quote(server)}" for server in servers.split(","))
    return f"{start}{path or ''}?{listed}&{query or ''}"


def _with_listed_servers(url: URL) -> URL:
    """The servers of the query as libpq lists them, which PostgreSQL's own programs read, too; raises ValueError."""
    servers, port = url.query.get("host", ""), str(url.query.get("port", ""))
    if isinstance(servers, str):
        hosts, ports = servers.split(","), port.split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports  # one for all
    else:
        parts = [part for server in servers if (part := _SERVER.fullmatch(server)) is not None]
        hosts = [part[1] or part[2] for part in parts]
        ports = [part[3] or "" for part in parts if not port]
        hosts = hosts if len(hosts) == len(servers) else []
    if not len(hosts) == len(ports) > 0:
        raise ValueError("each server has one port at most")
    if len(hosts) == 1:
        return url
    return url.update_query_dict({"host": ",".join(hosts), "port": ",".join(one or "5432" for one in ports)})
