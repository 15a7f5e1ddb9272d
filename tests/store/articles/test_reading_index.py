"""The index of readings on PostgreSQL is rebuilt when it is far larger than its entries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.errors import StoreError
from digest.store.articles import reading_index
from digest.store.articles.reading_index import rebuild_if_bloated
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading
from tests.support.store import NOW

_ARTICLES, _READINGS = 40, 1_500
_FILL = text(
    "INSERT INTO reading (article_id, source, taken_at) SELECT one, 'main', :now + second * interval '1 second'"
    " FROM generate_series(1, :articles) one, generate_series(0, :last) second"
)


@pytest.fixture
def database(postgres_store_url: str) -> Iterator[Database]:
    """A database in which one reading of each article is left of many."""
    database = Database.open(postgres_store_url, Path())
    database.migrate()
    with database.write() as connection:
        keys = [{"id": one, "key": f"gazette.example/{one}", "first_seen_at": NOW} for one in range(1, _ARTICLES + 1)]
        connection.execute(article.insert(), keys)
        connection.execute(_FILL, {"now": NOW, "articles": _ARTICLES, "last": _READINGS - 1})
        connection.execute(reading.delete().where(reading.c.taken_at > NOW))
    _vacuum(database)
    yield database
    database.close()


def _vacuum(database: Database) -> None:
    with database.each_statement() as connection:
        connection.execute(text("VACUUM (ANALYZE) reading"))


def _indexes(database: Database) -> list[str]:
    found = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'reading'::regclass"
    with database.read() as connection:
        return list(connection.scalars(text(found)))


def test_rebuild_gives_back_what_deleted_readings_left(database: Database) -> None:
    """Once; an index that is large because it has many entries stays, and so does a small one."""
    assert rebuild_if_bloated(database) is None
    rebuilt = rebuild_if_bloated(database, smallest=100_000)
    assert rebuilt is not None
    assert rebuilt.before > 1_000_000
    assert rebuilt.after < 50_000
    assert rebuild_if_bloated(database, smallest=20_000) is None


def test_rebuild_waits_for_no_long_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails soon, and what it left is removed by the next attempt."""
    monkeypatch.setattr(reading_index, "_PATIENCE", ("SET lock_timeout = '100ms'", "SET statement_timeout = '10s'"))
    with database.write() as connection:
        connection.execute(reading.delete().where(reading.c.article_id == 1))
        with pytest.raises(StoreError):
            rebuild_if_bloated(database, smallest=100_000)
    assert rebuild_if_bloated(database, smallest=100_000) is not None
    assert _indexes(database) == ["reading_pkey"]


def test_rebuild_on_sqlite_has_nothing_to_do(tmp_path: Path) -> None:
    """SQLite joins pages that are nearly empty."""
    database = Database.open("sqlite:///digest.db", tmp_path)
    assert rebuild_if_bloated(database, smallest=0) is None
    database.close()
