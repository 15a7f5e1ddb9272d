"""New SQLite files of one test process: the migrations make the tables of the first, and the others get the same ones.

Otherwise the migrations of empty files would take a fifth of the time of all tests.
"""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from sqlalchemy import Connection, create_engine

from digest.store.migrations import upgrade as migrations

_UPGRADE: Callable[[Connection], None] = migrations.upgrade
_OBJECTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
_REVISION = "SELECT version_num FROM alembic_version"


@pytest.fixture(scope="session", autouse=True)
def _same_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", upgrade)
        yield


@pytest.fixture
def every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the migrations make every database of the test."""
    monkeypatch.setattr(migrations, "upgrade", _UPGRADE)


def upgrade(connection: Connection) -> None:
    """Make the tables of an empty SQLite file at once; leave any other database to the migrations."""
    is_empty = connection.dialect.name == "sqlite" and not connection.exec_driver_sql(_OBJECTS).all()
    if not is_empty:
        _UPGRADE(connection)
        return
    for statement in _statements():
        connection.exec_driver_sql(statement)


@cache
def _statements() -> tuple[str, ...]:
    """What makes the tables of an empty file as the migrations do."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        _UPGRADE(connection)
        objects = connection.exec_driver_sql(_OBJECTS).scalars().all()
        revision = connection.exec_driver_sql(_REVISION).scalar_one()
    engine.dispose()
    return (*objects, f"INSERT INTO alembic_version VALUES ('{revision}')")
