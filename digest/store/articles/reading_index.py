"""The index of readings on PostgreSQL, which keeps pages that deleted readings left nearly empty.

A page of a B-tree is used again only once all of its entries are gone, and the retention leaves one reading of each
article (https://www.postgresql.org/docs/current/routine-reindex.html). So the index is rebuilt when it is far
larger than its entries, while others read and write. SQLite joins such pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from sqlalchemy import Connection, text

from digest.errors import StoreError
from digest.store.engine.database import Database

NAME = "reading_pkey"
REBUILD = f"REINDEX INDEX CONCURRENTLY {NAME}"
_LEFT_OVER = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}_ccnew"  # of an earlier attempt that was interrupted
_SMALLEST = 8 * 1024 * 1024  # bytes, below which nothing is gained
_TIMES = 3  # larger than a new index
# Another transaction, such as a backup, may last for hours: nothing waits for it, the next day is another chance.
_PATIENCE = ("SET lock_timeout = '5s'", "SET statement_timeout = '60s'")
_IMPATIENCE = ("RESET lock_timeout", "RESET statement_timeout")
# An entry has a pointer of 4 bytes, a header of 8, the article, the source, the moment. Pages are filled to 90 %.
_SIZES = text(
    "SELECT pg_relation_size(:index ::regclass) AS bytes,"
    " greatest(c.reltuples, s.n_live_tup, 0) * (28 + 8 * ceil(coalesce(w.avg_width, 16) / 8.0)) / 0.9 AS new_bytes"
    " FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid"
    " LEFT JOIN pg_stats w ON w.schemaname = s.schemaname AND w.tablename = s.relname AND w.attname = 'source'"
    " WHERE c.oid = 'reading'::regclass"
)


class Rebuilt(NamedTuple):
    """The bytes of an index before and after it was rebuilt."""

    before: int
    after: int


def rebuild_if_bloated(database: Database, smallest: int = _SMALLEST) -> Rebuilt | None:
    """Rebuild the index if it is far larger than its entries, and return what that saved; raises StoreError."""
    if database.is_sqlite:
        return None
    with database.each_statement() as connection:
        bytes_, new_bytes = connection.execute(_SIZES, {"index": NAME}).one()
        if bytes_ < max(smallest, _TIMES * new_bytes):
            return None
    try:
        with _patient(database) as connection:
            _execute(connection, _LEFT_OVER, REBUILD)
    except StoreError:
        with suppress(StoreError), _patient(database) as connection:
            _execute(connection, _LEFT_OVER)
        raise
    with database.each_statement() as connection:
        return Rebuilt(before=bytes_, after=connection.execute(_SIZES, {"index": NAME}).one().bytes)


@contextmanager
def _patient(database: Database) -> Iterator[Connection]:
    """A connection whose statements wait for others, and last, only so long."""
    with database.each_statement() as connection:
        _execute(connection, *_PATIENCE)
        try:
            yield connection
        finally:
            _execute(connection, *_IMPATIENCE)


def _execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))
