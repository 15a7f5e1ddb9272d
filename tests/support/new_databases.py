"""New databases of the tests get what the first of them got, without the schema being read each time.

`tests/store/engine/test_migrations.py` compares it with what the migrations make. Most tests on PostgreSQL get a copy
of a database with these tables: half of the time of making them.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, create_mock_engine

from digest.store.engine.database import HEAD, Database
from digest.store.migrations.upgrade import upgrade
from digest.store.tables import metadata as tables
from tests.support.databases import PostgresServer

MAKE_TABLES = tables.make_tables  # as the product makes them
_OBJECTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"


@pytest.fixture(scope="session", autouse=True)
def _same_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "make_tables", make_tables)
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
def every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the migrations make every database of the test."""
    monkeypatch.setattr(tables, "make_tables", lambda connection, _revision: upgrade(connection))


def make_tables(connection: Connection, revision: str) -> None:
    """Make the tables of an empty database in a tenth of the time."""
    statements = _sqlite_statements() if connection.dialect.name == "sqlite" else _postgresql_statements()
    for statement in (*statements, f"INSERT INTO alembic_version VALUES ('{revision}')"):
        connection.exec_driver_sql(statement)


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
