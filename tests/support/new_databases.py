"""New databases of the tests get what the first of them got, without the schema being read each time.

`tests/store/engine/test_migrations.py` compares it with what the migrations make. New SQLite files are copies of one
with these tables, which takes a third of the time of making them (2026-11), and so are the databases that most tests
get on PostgreSQL: half of the time.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, create_mock_engine

from digest.errors import StoreError
from digest.store.articles.articles import Articles
from digest.store.engine import database as engine
from digest.store.engine.database import HEAD, Database
from digest.store.migrations.upgrade import upgrade
from digest.store.tables import metadata as tables
from tests.support.databases import PostgresServer
from tests.support.store import opened

MAKE_TABLES = tables.make_tables  # as the product makes them
CREATE_FILE = engine._create_privately
_OBJECTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"


@pytest.fixture(scope="session", autouse=True)
def _same_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "make_tables", make_tables)
        patch.setattr(engine, "_create_privately", create_file)
        yield


@pytest.fixture(scope="session")
def _postgres_with_tables(_postgres_session: PostgresServer) -> Iterator[str]:
    with _postgres_session.database() as url:
        database = Database.open(url, Path("/"))
        database.migrate()
        database.close()
        yield url


@pytest.fixture
def postgres_store_url(_postgres_session: PostgresServer, _postgres_with_tables: str) -> Iterator[str]:
    """A PostgreSQL database that has the store's tables, and no rows but the signing key."""
    with _postgres_session.copy_of(_postgres_with_tables) as url:
        yield url


@pytest.fixture(params=["sqlite_url", "postgres_store_url"], ids=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind that Digest's store runs on; a SQLite file gets its tables when it is opened."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An open database of each kind."""
    with opened(store_url) as database:
        yield database


@pytest.fixture
def articles(database: Database) -> Articles:
    """The articles of an empty database."""
    return Articles(database)


@pytest.fixture
def every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the migrations make every database of the test."""
    monkeypatch.setattr(engine, "_create_privately", CREATE_FILE)
    monkeypatch.setattr(tables, "make_tables", lambda connection, _revision: upgrade(connection))


def make_tables(connection: Connection, revision: str) -> None:
    """Make the tables of an empty database in a tenth of the time."""
    statements = _sqlite_statements() if connection.dialect.name == "sqlite" else _postgresql_statements()
    for statement in (*statements, f"INSERT INTO alembic_version VALUES ('{revision}')"):
        connection.exec_driver_sql(statement)


def create_file(path: Path) -> None:
    """Create a SQLite file as the product does, but with its tables; no other thread sees a part of it."""
    made = Path(f"{path}.{uuid4().hex}")
    with suppress(OSError, ValueError, StoreError):
        if not path.exists():
            CREATE_FILE(made)
            made.write_bytes(_sqlite_file_with_a_key())
            os.link(made, path)
    with suppress(OSError, ValueError):
        made.unlink()
    CREATE_FILE(path)  # changes no file that exists; it has the sentence for what failed


def _sqlite_file_with_a_key() -> bytes:
    """The file with the tables, and a signing key of its own."""
    content, key = _sqlite_file()
    return content.replace(key, secrets.token_bytes(len(key)))


@cache
def _sqlite_file() -> tuple[bytes, bytes]:
    """A file with the tables, and its signing key."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_create_privately", CREATE_FILE)
        file = Path(folder) / "digest.db"
        database = Database.open(f"sqlite:///{file}", Path("/"))
        key = database.secret()
        database.close()
        return file.read_bytes(), key


@cache
def _sqlite_statements() -> tuple[str, ...]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        MAKE_TABLES(connection, HEAD)
        objects = connection.exec_driver_sql(_OBJECTS).scalars().all()
    engine.dispose()
    return tuple(objects)


@cache
def _postgresql_statements() -> tuple[str, ...]:
    """One script, because most of the time is the server's."""
    statements: list[str] = []
    dialect = create_engine("postgresql+psycopg://").dialect
    engine = create_mock_engine("postgresql://", lambda made, *_: statements.append(str(made.compile(dialect=dialect))))
    tables.all_tables.create_all(engine, checkfirst=False)
    tables.VERSION.create(engine, checkfirst=False)
    return (";".join(statements),)
