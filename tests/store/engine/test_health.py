"""The health of a database: its kind and size, whether it can be written, and its clock."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import StoreError
from digest.store.engine.database import Database
from digest.store.engine.health import DatabaseHealth
from tests.support.store import frozen


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
