"""Connections to PostgreSQL: the encoding of texts, and a server that stops to be the primary."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import cast
from unittest.mock import MagicMock

import psycopg
import pytest
from sqlalchemy import Engine, func, make_url, select, text

from digest.errors import StoreError, StoreUnavailableError
from digest.store.engine import postgres_engine
from digest.store.engine.database import Database
from digest.store.engine.health import DatabaseHealth
from digest.store.engine.locks import Lock
from digest.store.engine.postgres_engine import require_own_sessions
from digest.store.tables.schema import source
from tests.faults.postgres import PostgresProcess
from tests.support.databases import database_in, postgres_server
from tests.support.store import NOW, opened

_NAME = "Вестник 🗞"


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _add_source(database: Database) -> None:
    with database.write() as connection:
        connection.execute(source.insert(), {"name": _NAME, "visited_at": NOW})


def _sources(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(source.c.name)))


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "WIN1251"])
def test_database_in_another_encoding_is_refused_with_one_sentence(encoding: str, postgres_url: str) -> None:
    """A cluster that was made in the locale C has SQL_ASCII; an emoji does not fit into the other two."""
    with database_in(encoding, postgres_url) as url, pytest.raises(StoreError) as error:
        Database.open(url, Path("/"))
    assert f"has the encoding {encoding}" in str(error.value)
    assert "--encoding=UTF8" in str(error.value)


def test_database_that_is_read_only_by_default_is_not_written_after_a_reading(postgres_store_url: str) -> None:
    """As by ALTER DATABASE … SET default_transaction_read_only; `digest check` says so, whatever was read before."""
    _run(
        postgres_store_url,
        f'ALTER DATABASE "{make_url(postgres_store_url).database}" SET default_transaction_read_only = on',
    )
    with opened(postgres_store_url) as database:
        assert _sources(database) == []
        with pytest.raises(StoreError, match="read-only transaction"):
            DatabaseHealth(database).require_writable()


class _Engine:
    """Connections whose client knows the first process, and whose transactions the server serves with the others."""

    url = make_url("postgresql://pooler.gazette.example/digest")

    def __init__(self, known: int, *served: list[int]) -> None:
        self._known, self._served = known, iter(served)

    def connect(self) -> MagicMock:
        """The next connection; all of its further transactions have the last process."""
        connection = MagicMock()
        opened, served = connection.__enter__.return_value, next(self._served)
        opened.scalar.side_effect = chain(served, repeat(served[-1]))
        opened.connection.driver_connection.info.backend_pid = self._known
        return connection


@pytest.mark.parametrize(
    ("known", "served"),
    [(7, [[7]]), (1841, [[7], [8]])],
    ids=["no pooler", "a pooler with a session for each connection"],
)
def test_sessions_of_our_own_are_accepted(known: int, served: list[list[int]]) -> None:
    """A pooler makes up the number of the process."""
    require_own_sessions(cast("Engine", _Engine(known, *served)))


@pytest.mark.parametrize("served", [([7], [7]), ([7, 7, 9], [8]), ([7], [8, 8, 7, 8])])
def test_pooler_that_lends_sessions_for_a_transaction_is_refused(served: tuple[list[int], list[int]]) -> None:
    """The settings of one connection would hold for another (PgBouncer); beside other clients sessions change."""
    with pytest.raises(StoreError, match=r"the pooler of the PostgreSQL database digest .* needs pool_mode = session;"):
        require_own_sessions(cast("Engine", _Engine(1841, *served)))


@pytest.mark.parametrize("setting", ["LATIN1", "SQL_ASCII"])
def test_database_client_encoding_of_the_environment_does_not_matter(
    setting: str, postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts are stored as they are, whatever PGCLIENTENCODING says."""
    monkeypatch.setenv("PGCLIENTENCODING", setting)
    with opened(postgres_store_url) as database:
        _add_source(database)
        assert _sources(database) == [_NAME]


@pytest.mark.parametrize("style", ["German, DMY", "SQL, MDY", "Postgres, DMY"])
def test_database_date_style_of_the_server_does_not_matter(style: str, postgres_store_url: str) -> None:
    """Moments are read from a database that shows them as people write them."""
    _run(postgres_store_url, f"ALTER DATABASE {make_url(postgres_store_url).database} SET datestyle = '{style}'")
    with opened(postgres_store_url) as database:
        _add_source(database)
        with database.read() as connection:
            assert list(connection.scalars(select(source.c.visited_at))) == [NOW]


def test_database_isolation_of_the_server_does_not_matter(postgres_store_url: str) -> None:
    """Where SERIALIZABLE is the default, transactions beside others would fail; reading keeps one snapshot."""
    name = make_url(postgres_store_url).database
    _run(postgres_store_url, f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    shown = text("SHOW transaction_isolation")
    with opened(postgres_store_url) as database:
        for _time in range(2):
            with database.read() as connection:
                assert connection.scalar(shown) == "repeatable read"
            for opening in (database.write, database.each_statement, database.keyed_statements):
                with opening() as connection:
                    assert connection.scalar(shown) == "read committed"


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_database_migration_takes_as_long_as_it_needs(limit: str, postgres_url: str) -> None:
    """A limit for statements of the role does not end it."""
    _run(postgres_url, f"ALTER DATABASE {make_url(postgres_url).database} SET {limit} = '500ms'")
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as other:
        other.execute(f"SELECT pg_advisory_lock({Lock.MIGRATING.value})".encode())  # another process migrates
        with ThreadPoolExecutor(1) as pool:
            database = Database.open(postgres_url, Path("/"))
            migrated = pool.submit(database.migrate)
            with pytest.raises(TimeoutError):
                migrated.result(1)
            other.close()
            assert migrated.result(60)
        database.close()


@pytest.fixture(name="standby_url")
def _standby_url() -> Iterator[str]:
    """A database of ours on a server that was the primary and is a standby now: it only reads."""
    with postgres_server() as server, server.database() as url:
        opened_once = Database.open(url, Path("/"))
        opened_once.migrate()
        opened_once.close()
        process = PostgresProcess.of(url)
        process.stop(signal.SIGINT)
        (process.data / "standby.signal").touch()
        process.start()
        yield url
        _promote(url)


def _promote(url: str) -> None:
    _run(url, "SELECT pg_promote() WHERE pg_is_in_recovery()")


def _connection_number(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.pg_backend_pid())).scalar_one())


def test_database_connection_to_a_former_primary_is_replaced(standby_url: str) -> None:
    """After a failover the former primary goes on to answer reads; new connections lead to the new one."""
    with opened(standby_url) as database:
        before = _connection_number(database)
        with pytest.raises(StoreUnavailableError, match="must lead to the primary"):
            _add_source(database)
        assert _connection_number(database) != before
        _promote(standby_url)
        _add_source(database)
        assert _sources(database) == [_NAME]


def test_keyed_statements_on_a_former_primary_replace_their_connection(standby_url: str) -> None:
    """The same holds for the connections that record the results of sending."""
    number = select(func.pg_backend_pid())
    with opened(standby_url) as database:
        with database.keyed_statements() as connection:
            before = connection.scalar(number)
        with (
            pytest.raises(StoreUnavailableError, match="must lead to the primary"),
            database.keyed_statements() as connection,
        ):
            connection.execute(source.insert().values(name=_NAME, visited_at=NOW))
        with database.keyed_statements() as connection:
            assert connection.scalar(number) != before


def test_keyed_statement_whose_table_was_changed_is_prepared_again(postgres_store_url: str) -> None:
    """A migration beside a process that was not stopped makes one statement fail, and not all that follow."""
    query = text("SELECT * FROM source")
    with opened(postgres_store_url) as database:
        with database.keyed_statements() as connection:
            connection.execute(query)
        _run(postgres_store_url, "ALTER TABLE source ADD COLUMN later text")
        with pytest.raises(StoreUnavailableError), database.keyed_statements() as connection:
            connection.execute(query)
        with database.keyed_statements() as connection:
            assert "later" in list(connection.execute(query).keys())


@pytest.mark.parametrize("pooled", [False, True])
def test_database_behind_a_pooler_prepares_no_statement(
    pooled: bool, postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PgBouncer may give the next transaction another connection to the server, which does not know the statement."""
    if pooled:
        monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 0)  # a pooler does not tell the server's process
    prepared = text("SELECT count(*) FROM pg_prepared_statements")
    with opened(postgres_store_url) as database, database.keyed_statements() as keyed, database.read() as connection:
        for _time in range(10):
            keyed.scalar(prepared)
            connection.scalar(prepared)
        assert bool(keyed.scalar(prepared)) is not pooled
        assert bool(connection.scalar(prepared)) is not pooled


def test_database_behind_a_pooler_keeps_few_connections(
    postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the mode `session` each one keeps a session of the server from other processes, which wait for it."""
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 0)
    with opened(postgres_store_url) as database:
        with ExitStack() as stack:
            used = [stack.enter_context(database.read()).connection.driver_connection for _time in range(5)]
        assert [cast("psycopg.Connection", one).closed for one in used].count(False) == 2


@pytest.mark.parametrize(
    ("setting", "value", "needed"),
    [("synchronous_commit", "off", "on"), ("default_transaction_isolation", "serializable", "read committed")],
)
@pytest.mark.parametrize("lends", [False, True], ids=["session", "transaction"])
def test_database_behind_a_pooler_of_transactions_needs_safe_defaults(
    lends: bool, setting: str, value: str, needed: str, postgres_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Digest sets in a session does not hold there: a crash would forget what was sent."""
    _run(postgres_store_url, f"ALTER DATABASE {make_url(postgres_store_url).database} SET {setting} = {value}")
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 0)
    if not lends:
        with opened(postgres_store_url) as database:
            assert _sources(database) == []
        return
    monkeypatch.setattr(postgres_engine, "_has_own_sessions", lambda _engine: False)
    with pytest.raises(StoreError, match=rf"cannot set .*{setting} = '{needed}'.*; set that for the user by ALTER"):
        Database.open(postgres_store_url, Path("/"))


def test_database_interval_style_and_array_nulls_of_the_user_do_not_matter(postgres_store_url: str) -> None:
    """The driver reads intervals as PostgreSQL writes them by default, and NULL in arrays is no text."""
    name = make_url(postgres_store_url).database
    for setting in ("intervalstyle = 'sql_standard'", "array_nulls = off"):
        _run(postgres_store_url, f"ALTER DATABASE {name} SET {setting}")
    with opened(postgres_store_url) as database, database.read() as connection:
        row = connection.execute(text("SELECT interval '0', CAST('{NULL}' AS int[])")).one()
    assert tuple(row) == (timedelta(), [None])
