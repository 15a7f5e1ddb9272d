"""Notices of work: they wake a sender at once, and it looks in any case."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from digest.clock import SystemClock
from digest.delivery.idle import wait_for_work
from digest.errors import StoreUnavailableError
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.work_notices import WorkNotices, announce_work
from tests.support.ledger import SteppingClock
from tests.support.store import NOW, frozen, opened

_END_LISTENERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"""


class Waiting:
    """A clock that notes how long it was told to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        if seconds:
            self.waits.append(seconds)
        return False


@pytest.fixture
def database(postgres_store_url: str) -> Iterator[Database]:
    """A PostgreSQL database."""
    with opened(postgres_store_url) as database:
        yield database


@pytest.fixture
def notices(database: Database) -> Iterator[WorkNotices]:
    """Its notices, of which the first has arrived."""
    with WorkNotices(database) as notices:
        notices.wait(SystemClock(), 20, 20)
        yield notices


def announce(database: Database) -> None:
    """Announce work in a transaction."""
    with database.write() as connection:
        announce_work(connection)


def waits(notices: WorkNotices) -> threading.Thread:
    """A thread that waits."""
    thread = threading.Thread(target=notices.wait, args=(SystemClock(), 20.0, 20.0), daemon=True)
    thread.start()
    return thread


def has_ended(thread: threading.Thread) -> bool:
    """Whether the thread ends long before its time is over."""
    thread.join(10)
    return not thread.is_alive()


def test_wait_ends_with_a_notice(database: Database, notices: WorkNotices) -> None:
    """Also with one that arrived before the wait began."""
    waiting = waits(notices)
    announce(database)
    assert has_ended(waiting)
    announce(database)
    assert has_ended(waits(notices))


def test_wait_after_a_notice_lasts_until_the_next(database: Database, notices: WorkNotices) -> None:
    """A notice wakes a sender once; as one has arrived, the next wait may be long."""
    announce(database)
    assert has_ended(waits(notices))
    waiting = threading.Thread(target=notices.wait, args=(SystemClock(), 0.01, 20), daemon=True)
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    announce(database)
    assert has_ended(waiting)


def test_listen_without_a_server_raises_the_error_of_an_outage(database: Database, postgres_store_url: str) -> None:
    """As every statement does, and names the database."""
    url = make_url(postgres_store_url)
    database.close()
    with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false".encode())
    with pytest.raises(StoreUnavailableError, match=f"the PostgreSQL database {url.database} at "):
        database.listen("work")


@pytest.mark.parametrize("what", ["freeze", "recover"])
def test_work_is_announced(database: Database, notices: WorkNotices, what: str) -> None:
    """A new issue, and rows that are planned again, wake the senders."""
    if what == "recover":
        frozen(database, 3)
        Deliveries(database).claim(3, owner="gone", now=NOW, lease=timedelta(seconds=30))
        notices.wait(SystemClock(), 20, 20)
    waiting = waits(notices)
    if what == "recover":
        assert Deliveries(database).recover(NOW + timedelta(minutes=1), lambda _owner: None) == (3, 0)
    else:
        frozen(database, 3)
    assert has_ended(waiting)


def test_wait_ends_when_the_clock_is_stopped(notices: WorkNotices) -> None:
    """SIGTERM does not wait for a notice."""
    clock = SystemClock()
    clock.on_stop(notices.wake)
    waiting = waits(notices)
    clock.stop()
    assert has_ended(waiting)


def test_wait_without_its_connection_ends_and_connects_again(
    database: Database, notices: WorkNotices, postgres_store_url: str
) -> None:
    """The wait ends at once; until a notice has arrived over the new connection, waits are short ones."""
    waiting = waits(notices)
    url = make_url(postgres_store_url)
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as server:
        server.execute(_END_LISTENERS)
    assert has_ended(waiting)
    notices.wait(SystemClock(), 20, 0.01)  # connects, and takes the notice that it has sent
    waiting = waits(notices)
    announce(database)
    assert has_ended(waiting)


def test_wait_with_a_connection_that_is_closed_ends_and_connects_again(
    database: Database, notices: WorkNotices, caplog: pytest.LogCaptureFixture
) -> None:
    """The loss was noticed outside of a wait; nothing is raised, and no library logs a traceback."""
    listener = notices._listener
    assert listener is not None
    listener.close()
    assert has_ended(waits(notices))
    notices.wait(SystemClock(), 20, 0.01)
    waiting = waits(notices)
    announce(database)
    assert has_ended(waiting)
    assert caplog.records == []


def test_wait_while_postgresql_does_not_answer_is_a_short_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without notices; the sender itself reports the outage."""

    def fail(_channel: str) -> None:
        raise StoreUnavailableError("it does not answer")

    monkeypatch.setattr(database, "listen", fail)
    clock = Waiting()
    with WorkNotices(database) as notices:
        notices.wait(clock, 5, 30)  # type: ignore[arg-type]  # a part of a clock
    assert clock.waits == [5]


def test_wait_on_sqlite_is_a_short_one(tmp_path: Path) -> None:
    """No notices arrive there."""
    clock = Waiting()
    with opened(f"sqlite:///{tmp_path / 'digest.db'}") as database, WorkNotices(database) as notices:
        notices.wait(clock, 5, 30)  # type: ignore[arg-type]  # a part of a clock
    assert clock.waits == [5]


class Recording(WorkNotices):
    """Notices that record for how long somebody waits."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.longest: list[float] = []

    def wait(self, clock: object, look: float, longest: float) -> None:
        self.longest.append(round(longest))


def test_idle_sender_waits_half_a_minute_unless_rows_are_due_or_held(database: Database) -> None:
    """Until the next message is due; while somebody holds rows it looks as often as without notices."""
    ledger, clock = Deliveries(database), SteppingClock()
    notices = Recording(database)
    with notices:
        wait_for_work(notices, ledger, clock, 5)
        frozen(database, 3, now=clock.now() + timedelta(seconds=20))
        wait_for_work(notices, ledger, clock, 5)
        ledger.claim(1, owner="other", now=clock.now() + timedelta(seconds=30), lease=timedelta(seconds=30))
        wait_for_work(notices, ledger, clock, 5)
    assert notices.longest == [30, 20, 5]
