"""Databases of later versions, with a row for each state of each table: every value is there after the upgrade."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from digest.errors import StoreError
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueState
from digest.model.subscribers import SubscriberStatus
from digest.store.engine.database import HEAD, Database
from digest.store.issues.issues import Issues
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.readers import Readers
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.metadata import all_tables
from tests.support.store import opened, schema_of
from tests.upgrades.dumps import Row, load, stored_rows

VERSIONS = ("64fb032", "d72afac")


def common(rows: list[Row], names: set[str]) -> list[str]:
    """The rows with the columns that both versions have, in one order."""
    return sorted(repr({name: value for name, value in sorted(row.items()) if name in names}) for row in rows)


@pytest.mark.parametrize("version", VERSIONS)
def test_upgrade_keeps_every_value_of_every_table(empty_store_url: str, version: str) -> None:
    """Tables and columns that a later version no longer has are named here."""
    load(empty_store_url, version)
    before = stored_rows(empty_store_url)
    with opened(empty_store_url) as database:
        assert database.revision() == HEAD
    after = stored_rows(empty_store_url)
    for table, rows in before.items():
        assert rows, table
        names = set(rows[0]) & set(after[table][0])
        assert common(rows, names) == common(after[table], names), table
        assert set(rows[0]) == names, table


@pytest.mark.parametrize("version", VERSIONS)
def test_upgrade_makes_the_current_schema(empty_store_url: str, version: str) -> None:
    """Tables, columns, keys and indexes equal those of a new database; on SQLite the checks too.

    PostgreSQL's checks were written by pg_dump in words of its own.
    """
    load(empty_store_url, version)
    with opened(empty_store_url) as database:
        with database.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), all_tables) == []
            migrated = schema_of(connection)
        if not database.is_sqlite:
            return
        with database.write() as connection:
            all_tables.drop_all(connection)
            all_tables.create_all(connection)
        with database.read() as connection:
            assert migrated == schema_of(connection)


@pytest.mark.parametrize("version", VERSIONS)
def test_upgraded_store_reads_rows_in_every_state(empty_store_url: str, version: str) -> None:
    """Issues, deliveries and subscribers in each of their states."""
    load(empty_store_url, version)
    with opened(empty_store_url) as database:
        issues = Issues(database).history(None, 100)
        statuses = Counter(one.status for one in Subscribers(database).list())
        assert statuses.keys() == set(SubscriberStatus)
        assert Readers(database).counts() == statuses
        assert {one.state for one in issues} <= set(IssueState)
        with database.read() as connection:
            rows = connection.exec_driver_sql("SELECT issue_id, state, count(*) FROM delivery GROUP BY issue_id, state")
            counted = {(issue_id, DeliveryState(state)): number for issue_id, state, number in rows}
        assert {state for _issue_id, state in counted} == set(DeliveryState)
        tallies = Tallies(database).of_issues({issue_id for issue_id, _state in counted})
        assert counted == {
            (one, state): number for one, tally in tallies.items() for state, number in tally.counts.items()
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_postgresql_of_an_earlier_version_is_refused_until_it_is_migrated(postgres_url: str, version: str) -> None:
    """A new process beside an old database says which command brings it up to date."""
    load(postgres_url, version)
    database = Database.open(postgres_url, Path("/"))
    with closing(database), pytest.raises(StoreError, match="run `digest migrate`"):
        database.require_current()
