"""New databases of the tests get their tables at once, without the migrations, which would take a fifth of the time.

SQLite files get what the migrations made in the first of them, PostgreSQL databases the tables of the schema, which
`tests/store/test_migrations.py` compares with what the migrations make. Most tests on PostgreSQL get a copy of a
database with these tables: half of the time of making them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, create_mock_engine, inspect

from digest.store import (  # noqa: F401 - their tables belong to the metadata
    api_schema,
    computed_schema,
    count_schema,
    public_schema,
    web_schema,
)
from digest.store.database import HEAD, Database
from digest.store.migrations import upgrade as migrations
from digest.store.schema import metadata
from tests.support.databases import PostgresServer

_UPGRADE: Callable[[Connection], None] = migrations.upgrade
_OBJECTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
_REVISION = "SELECT version_num FROM alembic_version"


@pytest.fixture(scope="session", autouse=True)
def _same_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", upgrade)
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
    monkeypatch.setattr(migrations, "upgrade", _UPGRADE)


def upgrade(connection: Connection) -> None:
    """Make the tables of an empty database at once; leave any other to the migrations."""
    if inspect(connection).get_table_names():
        _UPGRADE(connection)
        return
    for statement in _sqlite_statements() if connection.dialect.name == "sqlite" else _postgresql_statements():
        connection.exec_driver_sql(statement)


@cache
def _sqlite_statements() -> tuple[str, ...]:
    """What makes the tables of an empty file as the migrations do."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        _UPGRADE(connection)
        objects = connection.exec_driver_sql(_OBJECTS).scalars().all()
        revision = connection.exec_driver_sql(_REVISION).scalar_one()
    engine.dispose()
    return (*objects, f"INSERT INTO alembic_version VALUES ('{revision}')")


@cache
def _postgresql_statements() -> tuple[str, ...]:
    """One script, which takes a third of the time of the migrations, of which most is the server's."""
    statements: list[str] = []
    dialect = create_engine("postgresql+psycopg://").dialect
    engine = create_mock_engine("postgresql://", lambda made, *_: statements.append(str(made.compile(dialect=dialect))))
    metadata.create_all(engine, checkfirst=False)
    version = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"
    return (";".join([*statements, version, f"INSERT INTO alembic_version VALUES ('{HEAD}')"]),)
