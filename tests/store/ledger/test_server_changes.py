"""ServerChanges: after a failover that lost what was just written, an issue waits for a decision."""

import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.protocols import Journal
from digest.store.ledger.server_changes import ServerChanges
from digest.store.tables.server_schema import database_server
from tests.faults.postgres import PostgresProcess
from tests.support.databases import postgres_server
from tests.support.installation import DAY, Installation, day
from tests.support.ledger import NOON, Site
from tests.support.smtp_server import honest_server
from tests.support.store import opened

_READERS = 12


class PrimaryAndStandby:
    """A PostgreSQL server, and a standby that can take over: the same server with an earlier copy of its files."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._process = PostgresProcess.of(url)
        self._copy = self._process.data.with_name("standby")

    def cut_replication(self) -> None:
        """Let the standby have what is stored now, and nothing later."""
        self._process.stop(signal.SIGINT)
        _copy(self._process.data, self._copy)
        self._process.start()

    def restart(self) -> None:
        """Restart the primary."""
        self._process.restart()

    def fail_over(self) -> None:
        """End the primary and promote the standby, which knows everything unless it was cut off."""
        self._process.stop()
        if self._copy.exists():
            shutil.rmtree(self._process.data)
            _copy(self._copy, self._process.data)
        (self._process.data / "standby.signal").touch()
        self._process.start()
        run(self.url, "SELECT pg_promote()")


class Mailbox:
    """A mailer that counts how often it sent each message; `events` happen once that many messages were sent."""

    def __init__(self, events: Mapping[int, Callable[[], None]] | None = None) -> None:
        self.sent: Counter[int] = Counter()
        self._events = dict(events or {})

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Send one message after the other."""
        for message in messages:
            for delivery_id in journal.record([], [message]):
                self.sent[delivery_id] += 1
                journal.record([Receipt(delivery_id=delivery_id, token=message.token, outcome=Outcome.SENT)], [])
                self._events.pop(self.sent.total(), lambda: None)()

    def has(self, number: int) -> bool:
        """Whether it sent that many."""
        return self.sent.total() >= number


@pytest.fixture(name="servers")
def _servers() -> Iterator[PrimaryAndStandby]:
    with postgres_server() as server, server.database() as url:
        yield PrimaryAndStandby(url)


@pytest.fixture(name="site")
def _site(servers: PrimaryAndStandby, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, _READERS, servers.url)
    yield site
    site.database.close()


def _copy(folder: Path, other: Path) -> None:
    subprocess.run(["cp", "--archive", folder, other], check=True)  # with their owner


def run(url: str, *statements: str) -> None:
    """Run statements on the server."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _send(site: Site, mailbox: Mailbox, until: int = 100) -> None:
    site.database.close()  # a process that starts has no connection to a server that is gone
    site.sender(mailbox).deliver(stop=lambda: mailbox.has(until))


def _record(site: Site) -> IssueRecord:
    record = site.issues.find("daily", Slot(day=date(2026, 11, 23)))
    assert record is not None
    return record


def test_pause_after_change_in_the_middle_of_sending_sends_nothing_twice(
    servers: PrimaryAndStandby, site: Site
) -> None:
    """The standby does not know four of the messages; they are sent again only once somebody says so."""
    mailbox = Mailbox({4: servers.cut_replication, 8: servers.fail_over})
    _send(site, mailbox)
    assert mailbox.sent.total() == len(mailbox.sent) == _READERS
    assert _record(site).state is IssueState.PAUSED
    assert "may not know the last messages" in str(_record(site).reason)
    assert site.resends.resume(site.issue, "the editor", NOON)
    _send(site, mailbox)
    assert mailbox.sent.total() == _READERS + 4
    assert _record(site).state is IssueState.DONE


def test_pause_after_change_where_commits_waited_for_the_standby_goes_on(
    servers: PrimaryAndStandby, site: Site
) -> None:
    """Nothing that was confirmed is lost, so sending continues without anybody."""
    mailbox = Mailbox()
    _send(site, mailbox, 4)
    with site.database.write() as connection:
        connection.execute(database_server.update().values(is_copied=True))
    servers.fail_over()
    _send(site, mailbox)
    assert mailbox.sent.total() == len(mailbox.sent) == _READERS


def test_pause_after_change_before_an_issue_was_frozen_lets_it_be_sent(servers: PrimaryAndStandby, site: Site) -> None:
    """A failover in the night delays no morning: only what was ready before waits. A restart delays nothing."""
    changes = ServerChanges(site.database)
    assert changes.pause_after_change(NOON) == []
    servers.fail_over()
    site.database.close()
    assert changes.pause_after_change(NOON) == ["daily/2026-11-23"]
    site.freeze("weekly")
    mailbox = Mailbox()
    _send(site, mailbox, 4)
    servers.restart()
    _send(site, mailbox)
    assert mailbox.sent.total() == len(mailbox.sent) == _READERS


@pytest.mark.parametrize(
    ("error", "is_noticed"),
    [
        ("feature_not_supported", False),
        ("insufficient_privilege", False),
        ("object_not_in_prerequisite_state", True),
        ("query_canceled", True),
    ],
)
def test_pause_after_change_on_a_server_that_does_not_tell_its_name_pauses_nothing(
    error: str, is_noticed: bool, postgres_store_url: str
) -> None:
    """Some hosted databases lack these functions, which is no lost connection; a standby or a busy one tells later."""
    name = make_url(postgres_store_url).database
    run(
        postgres_store_url,
        "CREATE SCHEMA hosted",
        "CREATE FUNCTION hosted.pg_control_system() RETURNS TABLE (system_identifier bigint) LANGUAGE plpgsql AS"
        f" 'BEGIN RAISE {error}; END'",
        f"ALTER DATABASE {name} SET search_path = hosted, pg_catalog, public",
    )
    with opened(postgres_store_url) as database:
        changes = ServerChanges(database)
        assert changes.pause_after_change(NOON) == []
        assert changes.can_be_noticed() == is_noticed


def test_publish_after_a_change_while_nothing_ran_sends_the_issue(postgres_store_url: str, tmp_path: Path) -> None:
    """As with cron: the server changed since the last send, and what is frozen now was never sent by the one before."""
    with honest_server() as (port, log), opened(postgres_store_url) as database:
        smtp = f'host = "127.0.0.1"\nport = {port}'
        site = Installation(tmp_path).configure(database=postgres_store_url, smtp=smtp)
        site.write("feed.xml", day())
        site.subscribe("reader@readers.example")
        with database.write() as connection:
            server = {"id": 1, "name": "7/00000001", "is_copied": False}
            connection.execute(database_server.insert(), server)
        site.run("send", "--date", DAY, "--yes").fine()
        assert len(log.accepted) == 1
