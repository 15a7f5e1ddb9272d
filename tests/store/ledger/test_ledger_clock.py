"""The clock by which leases and deadlines count."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.clock import SystemClock
from digest.protocols import LedgerClock
from digest.store.engine.database import Database
from digest.store.ledger.ledger_clock import ledger_clock

HOUR = timedelta(hours=1)


class OwnClock(SystemClock):
    """The machine's clock, set forward by `ahead`; reading the time that has passed takes `slow` seconds."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        super().__init__()
        self.ahead = ahead
        self.slow = 0.0
        self.passed = 0.0

    def now(self) -> datetime:
        return super().now() + self.ahead + timedelta(seconds=self.passed)

    def elapsed(self) -> float:
        self.passed += self.slow
        return super().elapsed() + self.passed


@pytest.fixture
def postgres(postgres_store_url: str, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(postgres_store_url, tmp_path)
    yield database
    database.close()


def is_now(moment: datetime) -> bool:
    """Whether it is the machine's time, on which the PostgreSQL of the tests runs too."""
    return moment.tzinfo is UTC and abs(moment - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(("ahead", "words"), [(13 * HOUR, "13 h 0 min ahead of"), (-HOUR / 2, "0 h 30 min behind")])
def test_postgresql_clock_ignores_a_wrong_own_clock_and_logs_it_once(
    postgres: Database, caplog: pytest.LogCaptureFixture, ahead: timedelta, words: str
) -> None:
    """The server's time counts, whatever the machine's clock says."""
    clock = ledger_clock(postgres, OwnClock(ahead))
    assert is_now(clock.now())
    assert is_now(clock.certain())
    clock.synchronize()
    clock.synchronize()
    (line,) = caplog.messages
    assert f"this machine's clock is {words} the database's" in line


def test_postgresql_clock_that_jumps_between_readings_changes_nothing(postgres: Database) -> None:
    """Between two readings only the time that has passed counts."""
    own = OwnClock()
    clock = ledger_clock(postgres, own)
    clock.synchronize()
    own.ahead = 13 * HOUR
    assert is_now(clock.now())
    own.passed = 3600
    assert is_now(clock.now() - HOUR)


def test_postgresql_clock_slow_reading_is_ignored(postgres: Database) -> None:
    """A reading that took minutes would set the clock back; the time since the last good one counts."""
    own = OwnClock()
    clock = ledger_clock(postgres, own)
    clock.synchronize()
    own.slow = 3600.0  # for each of the two times that a reading looks at
    clock.synchronize()
    own.slow = 0.0
    assert is_now(clock.now() - 3 * HOUR)
    clock.synchronize()
    assert is_now(clock.now())


@pytest.fixture
def sqlite_clock(tmp_path: Path) -> Iterator[tuple[LedgerClock, OwnClock]]:
    database, own = Database.open("sqlite:///digest.db", tmp_path), OwnClock()
    yield ledger_clock(database, own), own
    database.close()


def test_sqlite_clock_that_jumps_is_certain_of_the_time_that_has_passed(
    sqlite_clock: tuple[LedgerClock, OwnClock], caplog: pytest.LogCaptureFixture
) -> None:
    """After a jump forward no deadline has come because of it; the jump is logged once."""
    clock, own = sqlite_clock
    clock.synchronize()
    assert caplog.messages == []
    own.ahead = 13 * HOUR
    clock.synchronize()
    clock.synchronize()
    assert is_now(clock.certain())
    assert is_now(clock.now() - 13 * HOUR)
    (line,) = caplog.messages
    assert "the clock jumped forward by 13 h 0 min" in line
    own.passed = 3600
    assert is_now(clock.certain() - HOUR)


def test_sqlite_clock_set_back_is_certain_of_what_it_shows(
    sqlite_clock: tuple[LedgerClock, OwnClock], caplog: pytest.LogCaptureFixture
) -> None:
    """The earlier time counts, and a clock that is right again is trusted again."""
    clock, own = sqlite_clock
    own.ahead = -2 * HOUR
    clock.synchronize()
    assert is_now(clock.certain() + 2 * HOUR)
    assert "the clock jumped back by 2 h 0 min" in caplog.text
    own.ahead = timedelta()
    assert is_now(clock.certain())
