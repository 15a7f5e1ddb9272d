"""Opens a portal's database read-only: no query can write, and each one ends in time.

`sqlite`, `postgresql` and `mysql` hold what differs between the databases. A driver is loaded only when it is needed,
because each takes as much memory as sending does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from digest.errors import SourceError
from digest.parsing.text import clean_line
from digest.parsing.urls import has_bare_at
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
    if has_bare_at(text):
        raise SourceError("its url has an @ in its password; write it as %40")
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
def open_read_only(url: URL, *, root: Path, zone: ZoneInfo, at: datetime, limits: Limits) -> Iterator[Connection]:
    """A connection in a read-only transaction, its session in `zone`, or in the offset that the zone has `at` a moment.

    Raises SourceError for a missing file, and SQLAlchemy's errors.
    """
    backend = _backend(url)
    is_sqlite = url.get_backend_name() == "sqlite"
    options = backend.options(url, root, limits)
    engine = create_engine("sqlite://" if is_sqlite else url, poolclass=NullPool, **options)
    try:
        with backend.given_up_in_time(engine, limits), _connect(engine) as connection:
            backend.make_read_only(connection, zone, at, limits)
            yield connection
    finally:
        engine.dispose()


def _connect(engine: Engine) -> Connection:
    """Raises SourceError where the driver fails at an option of the address, for which it has no error of its own."""
    try:
        return engine.connect()
    except (TypeError, AttributeError, ValueError, OSError) as error:
        names = ", ".join(sorted(engine.url.query))
        if not names or isinstance(error, UnicodeError):  # of a host's name
            raise
        problem = clean_line(str(error), 200)
        raise SourceError(f"the database driver does not take the options of its url, {names}: {problem}") from None


def largest_batch(connection: Connection) -> int:
    """The most rows to fetch at once: few where they may be long, more where the server cuts them."""
    most: int = _backend(connection.engine.url).LARGEST_BATCH
    return most


def shorten(connection: Connection, query: str, bounds: Mapping[str, Any], limits: Limits) -> str:
    """The query with texts of at most `limits.value` characters, where the database can cut them cheaply."""
    shortened: str = _backend(connection.engine.url).shorten(connection, query, bounds, limits)
    return shortened


def is_timeout(error: BaseException, url: URL, *, is_late: bool) -> bool:
    """Whether the database at that address stopped the query because it took too long.

    A connection that is lost when the time is over (`is_late`) was given up. What was stopped before was stopped by
    somebody else, such as by `pg_cancel_backend()`.
    """
    if not is_late:
        return False
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(error, OperationalError) or (cause is not None and bool(_backend(url).is_timeout(cause)))


def _backend(url: URL) -> ModuleType:
    return import_module(f"digest.sources.sql.{url.get_backend_name()}")
