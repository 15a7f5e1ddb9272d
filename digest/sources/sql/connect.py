"""Opens somebody else's database for reading only: whatever the query says, nothing is written, and it ends in time.

How that is said to a kind of database stands in `sql_sqlite`, `sql_postgresql` and `sql_mysql`; a driver is loaded once
it is needed, because each takes as much memory as sending does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from digest.errors import SourceError
from digest.sources.sql.limits import Limits

_BACKENDS = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}


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
    backend = _backend(url)
    lite = url.get_backend_name() == "sqlite"
    options = backend.options(url, root, limits)
    engine = create_engine("sqlite://" if lite else url, poolclass=NullPool, **options)
    try:
        with engine.connect() as connection:
            backend.guard(connection, zone, at, limits)
            yield connection
    finally:
        engine.dispose()


def ran_out_of_time(error: BaseException, url: URL) -> bool:
    """Whether the database at that address stopped the query because its time was over."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause is not None and bool(_backend(url).out_of_time(cause))


def _backend(url: URL) -> ModuleType:
    return import_module(f"digest.sources.sql.{url.get_backend_name()}")
