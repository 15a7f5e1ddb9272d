"""The health of a database: its kind and size, whether it can be written, and its clock."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import make_url

from digest.errors import StoreError
from digest.store.engine.database import Database
from digest.store.engine.health import DatabaseHealth
from tests.support.store import frozen, opened


def test_health_names_the_kind_and_the_size(database: Database) -> None:
    """The size is that of the whole database, in bytes."""
    health = DatabaseHealth(database)
    assert health.kind == ("SQLite" if database.is_sqlite else "PostgreSQL")
    assert 100_000 < health.size() < 100_000_000


def test_health_server_time_is_that_of_a_server(database: Database) -> None:
    """A file has no clock of its own."""
    found = DatabaseHealth(database).server_time()
    if database.is_sqlite:
        assert found is None
    else:
        assert found is not None
        assert abs(found - datetime.now(UTC)) < timedelta(minutes=5)


def test_health_require_writable_changes_nothing(database: Database) -> None:
    """The key that signs links stays; what cannot be written raises an error."""
    frozen(database, 1)
    secret = database.secret()
    DatabaseHealth(database).require_writable()
    assert database.secret() == secret
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE signing_key RENAME TO gone")
    with pytest.raises(StoreError):
        DatabaseHealth(database).require_writable()


def test_health_lacks_standby_where_commits_wait_for_one(postgres_store_url: str) -> None:
    """As with synchronous_standby_names in a server that has lost its only standby."""
    with psycopg.connect(postgres_store_url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("CREATE SCHEMA fake")
        connection.execute(
            "CREATE FUNCTION fake.current_setting(name text) RETURNS text LANGUAGE sql AS $$ SELECT"
            " CASE name WHEN 'synchronous_standby_names' THEN '*' ELSE pg_catalog.current_setting(name) END $$"
        )
        name = make_url(postgres_store_url).database
        with opened(postgres_store_url) as database:
            assert not DatabaseHealth(database).lacks_standby()
        connection.execute(f"ALTER DATABASE {name} SET search_path = fake, pg_catalog, public".encode())
    with opened(postgres_store_url) as database:
        assert DatabaseHealth(database).lacks_standby()
