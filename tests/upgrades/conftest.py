"""The database of 0ba057a, upgraded once; each test gets a copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store.engine.database import Database
from tests.support.databases import PostgresServer
from tests.support.store import opened
from tests.upgrades.dumps import upgraded


@pytest.fixture(scope="session")
def _upgraded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("upgraded") / "digest.db"
    with upgraded(f"sqlite:///{file}"):
        return file


@pytest.fixture(scope="session")
def _upgraded_postgres(_postgres_session: PostgresServer) -> Iterator[str]:
    with _postgres_session.database() as url:
        with upgraded(url):
            pass
        yield url


@pytest.fixture
def _sqlite_copy(_upgraded_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(_upgraded_sqlite, tmp_path / 'copy.db')}"


@pytest.fixture
def _postgres_copy(_postgres_session: PostgresServer, _upgraded_postgres: str) -> Iterator[str]:
    with _postgres_session.copy_of(_upgraded_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of 0ba057a, upgraded, of each kind."""
    with opened(request.getfixturevalue(f"_{request.param}_copy")) as database:
        yield database
