"""How large the database is and what it holds, quickly however large it is.

PostgreSQL estimates its rows all the time. SQLite has to read a table to count it, so a large file is counted by the
retention, once a day.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from digest.model.storage import FamilySize, StorageSize
from digest.store.engine.database import Database
from digest.store.engine.health import SERVER_SIZE
from digest.store.tables.retention_schema import table_size
from digest.store.tables.schema import metadata, upsert

_COUNTED_AT_ONCE = 64 * 1024 * 1024  # bytes of a SQLite file that is counted while somebody waits
_OTHER = "other"
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "readings": ("reading",),
    "articles": ("article", "article_alias", "sighting", "source", "source_failure", "title_vector", "summary"),
    "issues": (
        *("issue", "variant", "issue_article", "issue_link", "issue_ranking", "day_article"),
        *("archive_copy", "archive_text", "retraction", "correction", "override", "shown_ranking"),
    ),
    "deliveries": ("delivery", "delivery_count", "folded_delivery", "folded_reader", "resend", "refusal"),
    "returned mail": ("bounce",),
    "readers": (
        *("subscriber", "subscriber_count", "signup", "reader_request", "leave_reason"),
        *("former_address", "suppression", "consent_note", "import_draft", "import_job", "import_list"),
    ),
    "pictures": ("picture",),
}
_FAMILY_OF = {table: family for family, tables in _FAMILIES.items() for table in tables}
_PAGES = text(
    "SELECT page_count * page_size, freelist_count * page_size"
    " FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()"
)
_SERVER_TABLES = text(
    "SELECT s.relname, greatest(c.reltuples, s.n_live_tup)::bigint, pg_total_relation_size(s.relid)"
    " FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
)
_BYTES = text(
    "SELECT sum(pgsize) FROM dbstat"
    " WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_master WHERE tbl_name = :name)"
)


class _TableSize(NamedTuple):
    name: str
    rows: int
    bytes: int | None


class Storage:
    """The size of one database; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def size(self, now: datetime) -> StorageSize:
        """How large it is, and what it holds: in a large SQLite file as it was counted last."""
        with self._database.read() as connection:
            if not self._database.is_sqlite:
                tables = [_TableSize(*row) for row in connection.execute(_SERVER_TABLES)]
                size = int(connection.execute(SERVER_SIZE).scalar_one())
                return StorageSize(bytes=size, free=None, counted_at=now, families=_families(tables))
            size, free = connection.execute(_PAGES).one()
            if size <= _COUNTED_AT_ONCE:
                tables = [_count_table(connection, name) for name in metadata.tables]
                return StorageSize(bytes=size, free=free, counted_at=now, families=_families(tables))
            stored = connection.execute(select(table_size)).all()
        tables = [_TableSize(row.name, row.rows, row.bytes) for row in stored]
        counted_at = min((row.at for row in stored), default=None)
        return StorageSize(bytes=size, free=free, counted_at=counted_at, families=_families(tables))

    def count(self, now: datetime) -> Iterator[int]:
        """Count a SQLite database for `size`, table by table; a small one is counted when somebody asks."""
        for name in metadata.tables if self._database.is_sqlite and self._is_large() else ():
            with self._database.read() as connection:
                counted = _count_table(connection, name)
            values = {"rows": counted.rows, "bytes": counted.bytes, "at": now}
            with self._database.write() as connection:
                upsert(connection, table_size, {"name": name}, values)
            yield 0

    def _is_large(self) -> bool:
        with self._database.read() as connection:
            return bool(connection.execute(_PAGES).one()[0] > _COUNTED_AT_ONCE)


def _count_table(connection: Connection, name: str) -> _TableSize:
    rows = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
    try:
        return _TableSize(name, rows, connection.scalar(_BYTES, {"name": name}))
    except OperationalError:  # SQLite may be built without the table of its pages
        return _TableSize(name, rows, None)


def _families(tables: list[_TableSize]) -> list[FamilySize]:
    """The sums of the families, the largest first."""
    sums: dict[str, list[_TableSize]] = {family: [] for family in (*_FAMILIES, _OTHER)}
    for one in tables:
        sums[_FAMILY_OF.get(one.name, _OTHER)].append(one)
    families = [FamilySize(name, sum(one.rows for one in own), _total(own)) for name, own in sums.items()]
    return sorted(families, key=lambda one: (-(one.bytes or 0), -one.rows, one.name))


def _total(tables: list[_TableSize]) -> int | None:
    sizes = [one.bytes for one in tables]
    return None if None in sizes else sum(one for one in sizes if one is not None)
