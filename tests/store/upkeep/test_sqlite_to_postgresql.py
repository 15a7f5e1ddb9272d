"""What a PostgreSQL database holds after the rows of a SQLite file have taken the place of its own."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select

from digest.errors import StoreError
from digest.model.deliveries import DeliveryState
from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.store.engine.database import Database
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.readers import Readers
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.metadata import all_tables
from digest.store.tables.schema import delivery, issue, source, subscriber
from digest.store.upkeep.sqlite_to_postgresql import move_rows
from tests.support.store import NOW, SLOT, frozen, opened, reader, states
from tests.upgrades.dumps import load

_NEXT = Slot(day=SLOT.day + timedelta(days=1))
_IDLE = "current_setting('idle_in_transaction_session_timeout')"
_KEPT_BY_TRIGGERS = {"delivery_count", "subscriber_count"}


def _move(sqlite_url: str, postgres_url: str, *afterwards: str) -> None:
    move_rows(Path(str(make_url(sqlite_url).database)), postgres_url, Path("/"), afterwards=afterwards)


def _rows(database: Database) -> dict[str, list[str]]:
    """All rows of all tables, as the store reads them."""
    with database.read() as connection:
        return {
            table.name: sorted(repr(row._asdict()) for row in connection.execute(select(table)))
            for table in all_tables.sorted_tables
            if table.name not in _KEPT_BY_TRIGGERS
        }


@pytest.mark.parametrize("version", ["64fb032", "d72afac"])
def test_move_of_an_earlier_version_keeps_every_value_of_every_table(
    sqlite_url: str, postgres_store_url: str, version: str
) -> None:
    """Rows in each state, with quotes, line breaks and nulls; those that PostgreSQL had are gone."""
    load(sqlite_url, version)
    with opened(postgres_store_url) as database:
        frozen(database, 3)
    _move(sqlite_url, postgres_store_url)
    with opened(sqlite_url) as old, opened(postgres_store_url) as new:
        assert _rows(new) == _rows(old)
        assert new.secret() == old.secret()
        assert Readers(new).counts() == Counter(one.status for one in Subscribers(old).list())
        with old.read() as connection:
            ids = connection.scalars(select(issue.c.id)).all()
        assert Tallies(new).of_issues(ids) == Tallies(old).of_issues(ids)


def test_move_continues_the_ids_of_all_tables(sqlite_url: str, postgres_url: str) -> None:
    """An id of a delivery or of a reader who is gone is in links of old mail, and belongs to nobody else."""
    with opened(sqlite_url) as database:
        issue_id = frozen(database, 3)
        Subscribers(database).add_many([Subscriber(email="gone@post.example")], NOW)
        with database.write() as connection:
            last = {table: max(connection.scalars(select(table.c.id))) for table in (delivery, subscriber, issue)}
            connection.execute(delivery.delete().where(delivery.c.id == last[delivery]))
            connection.execute(subscriber.delete().where(subscriber.c.id == last[subscriber]))
    _move(sqlite_url, postgres_url)
    with opened(postgres_url) as database:
        assert Tallies(database).of_issue(issue_id).counts == {DeliveryState.PLANNED: 2}
        frozen(database, 4, _NEXT)
        with database.read() as connection:
            added = {
                table: sorted(one for one in connection.scalars(select(table.c.id)) if one >= last[table])
                for table in (delivery, subscriber, issue)
            }
    assert added[delivery] == [last[delivery] + number for number in (1, 2, 3, 4)]
    assert added[subscriber] == [last[subscriber] + 1]
    assert added[issue] == [last[issue], last[issue] + 1]


def test_move_that_fails_leaves_the_database_as_it_was(sqlite_url: str, postgres_store_url: str) -> None:
    """The error names the table, and quotes no row: rows hold addresses."""
    with opened(sqlite_url) as database, database.write() as connection:
        connection.execute(insert(source), {"name": "main", "url": "zero \0 byte", "visited_at": NOW})
    with opened(postgres_store_url) as database:
        frozen(database, 1)
    with pytest.raises(StoreError, match=r"^the table source of the backup cannot be copied: [^:\n]*$"):
        _move(sqlite_url, postgres_store_url)
    with opened(postgres_store_url) as database:
        assert states(database) == ["planned"]
        assert [one.email for one in Subscribers(database).list()] == [reader(0)]


def test_move_runs_what_comes_afterwards_in_its_transaction(sqlite_url: str, postgres_store_url: str) -> None:
    """Where that fails, nothing was replaced, and new rows get new ids. PostgreSQL lets it take its time."""
    with opened(sqlite_url) as database:
        frozen(database, 2)
    with opened(postgres_store_url) as database:
        frozen(database, 3)
    with pytest.raises(StoreError, match="no_such_table"):
        _move(sqlite_url, postgres_store_url, "DELETE FROM no_such_table")
    with opened(postgres_store_url) as database:
        frozen(database, 4, _NEXT)
        assert states(database) == ["planned"] * 7
    _move(sqlite_url, postgres_store_url, f"UPDATE issue SET state = 'paused', reason = {_IDLE}")
    with opened(postgres_store_url) as database, database.read() as connection:
        assert connection.execute(select(issue.c.state, issue.c.reason)).all() == [("paused", "1min")]
