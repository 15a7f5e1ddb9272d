"""A PostgreSQL server that hangs while its machine still acknowledges everything."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from digest.errors import StoreUnavailableError
from digest.store.engine import watched_connection
from digest.store.engine.database import Database
from tests.faults.postgres import PostgresProcess


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_connection, "_CHECK", 0.3)
    monkeypatch.setattr(watched_connection, "_LAST_WAIT", 0.3)


@contextmanager
def frozen(*processes: int) -> Iterator[None]:
    """Stop processes during the block."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def backend(database: Database) -> int:
    """The process that serves the only connection."""
    with database.read() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def answer(database: Database, statement: str = "SELECT 1") -> int:
    """The number that a statement gives."""
    with database.read() as connection:
        return int(connection.execute(text(statement)).scalar_one())


@pytest.mark.needs("time")
def test_database_frozen_postgresql_fails_and_recovers(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server and all its processes are stopped: the statement fails, and a later one succeeds."""
    monkeypatch.setattr(watched_connection, "_CHECK_LIMIT", 2)
    database = Database.open(f"{postgres_url}&connect_timeout=2", Path("/"))
    postmaster = int((PostgresProcess.of(postgres_url).data / "postmaster.pid").read_text().split()[0])
    with frozen(postmaster, backend(database)), pytest.raises(StoreUnavailableError, match="PostgreSQL database test_"):
        answer(database)
    assert answer(database) == 1
    database.close()


def test_database_long_statement_of_a_living_postgresql_is_waited_for(postgres_url: str) -> None:
    """A statement may take longer than the limit, as long as the server takes connections."""
    database = Database.open(postgres_url, Path("/"))
    assert answer(database, "SELECT 2 FROM pg_sleep(1)") == 2
    database.close()


def test_database_commit_that_waits_for_a_standby_is_logged_once(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL itself says nothing, and waits for ever if the only standby is gone."""
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("CREATE SCHEMA fake")
        connection.execute(
            "CREATE VIEW fake.pg_stat_activity AS SELECT pid, 'SyncRep' AS wait_event FROM pg_catalog.pg_stat_activity"
        )
        name = make_url(postgres_url).database
        connection.execute(f"ALTER DATABASE {name} SET search_path = fake, pg_catalog".encode())
    database = Database.open(postgres_url, Path("/"))
    assert answer(database, "SELECT 2 FROM pg_sleep(0.8)") == 2  # looks twice
    (message,) = (record.getMessage() for record in caplog.records)
    assert message.startswith("the PostgreSQL server waits until a standby has a commit, and Digest waits for it")
    database.close()


def test_database_long_statement_goes_on_where_another_connection_waits_too(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind PgBouncer it may wait for the server's connection that this statement has: it must not wait for long."""
    name = make_url(postgres_url).database
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("CREATE SCHEMA fake")
        activity = "SELECT pid, 'SyncRep' AS wait_event FROM pg_catalog.pg_stat_activity, pg_sleep(2)"
        connection.execute(f"CREATE VIEW fake.pg_stat_activity AS {activity}".encode())
        connection.execute(f"ALTER DATABASE {name} SET search_path = fake, pg_catalog".encode())
    watched, check = set(), watched_connection._WatchedConnection._require_server

    def require_server(connection: watched_connection._WatchedConnection) -> None:
        watched.add(connection.info.backend_pid)
        check(connection)

    monkeypatch.setattr(watched_connection, "_ANSWER_LIMIT", 0.1)
    monkeypatch.setattr(watched_connection._WatchedConnection, "_require_server", require_server)
    database = Database.open(postgres_url, Path("/"))
    assert answer(database, "SELECT 2 FROM pg_sleep(0.5)") == 2
    assert len(watched) == 1
    database.close()


def test_database_stopped_process_does_not_wait_for_postgresql(postgres_url: str) -> None:
    """After SIGTERM a statement that gets no answer fails soon, even if the server takes connections."""
    stopped: list[bool] = []
    database = Database.open(postgres_url, Path("/"), lambda: bool(stopped))
    answer(database)
    stopped.append(True)
    with pytest.raises(StoreUnavailableError, match="Digest is to end"):
        answer(database, "SELECT pg_sleep(5)")
    assert answer(database) == 1
    database.close()
