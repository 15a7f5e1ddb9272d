"""Counters of requests: periods, and what two transactions at once do to each other."""

from datetime import timedelta

from sqlalchemy import Connection, text

from digest.store.access.rate_counts import count_event, is_counted, purge_counts
from digest.store.engine.database import Database
from tests.support.store import NOW, minutes, opened

HOUR = timedelta(hours=1)


def test_count_event_after_its_period_begins_again(database: Database) -> None:
    """An hour from the first event, whatever came between; then the count is one."""
    with database.write() as connection:
        counts = [count_event(connection, "key", HOUR, NOW + minutes(later)) for later in (0, 59, 60, 61, 300)]
        assert counts == [1, 2, 1, 2, 1]
        assert is_counted(connection, "key", NOW + minutes(359))
        assert not is_counted(connection, "key", NOW + minutes(360))
        assert not is_counted(connection, "another", NOW)


def test_purge_counts_of_two_transactions_never_wait_for_each_other(postgres_store_url: str) -> None:
    """Each has counted a key whose old row the other one could delete."""
    later = NOW + minutes(90)
    with opened(postgres_store_url) as database:
        with database.write() as connection:
            for number in range(250):
                count_event(connection, f"key {number}", HOUR, NOW)
        with database.write() as one, database.write() as other:
            _fail_instead_of_waiting(one, other)
            assert count_event(one, "key 150", HOUR, later) == 1
            assert count_event(other, "key 50", HOUR, later) == 1
            purge_counts(one, later)
            purge_counts(other, later)
        with database.read() as connection:
            assert is_counted(connection, "key 150", later)
            assert is_counted(connection, "key 50", later)


def _fail_instead_of_waiting(*connections: Connection) -> None:
    for connection in connections:
        connection.execute(text("SET LOCAL lock_timeout = '1s'"))


def test_count_event_of_requests_side_by_side_counts_both(database: Database) -> None:
    """The one that is a minute older comes later."""
    with database.write() as connection:
        assert count_event(connection, "key", HOUR, NOW + minutes(1)) == 1
        assert count_event(connection, "key", HOUR, NOW) == 2


def test_count_event_of_a_period_that_a_clock_ahead_began_begins_again(database: Database) -> None:
    """Sign-ups that reached the limit of an hour would be paused for a year."""
    with database.write() as connection:
        assert count_event(connection, "key", HOUR, NOW + minutes(500_000), 500) == 500
        assert count_event(connection, "key", HOUR, NOW) == 1
        assert count_event(connection, "key", HOUR, NOW) == 2
