"""A sender that was suspended beyond its leases, and the setting `on_unknown` of an edition."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from digest.model.deliveries import DeliveryState, Outcome, Outgoing, Receipt
from digest.model.issues import IssueState
from digest.protocols import Journal
from digest.store.engine.database import Database
from digest.store.ledger.deliveries import Deliveries
from digest.store.tables.schema import resend
from tests.support.ledger import Site, never
from tests.support.store import LEASE, NOW, frozen, opened, sending

_NORMAL, _FULL = 1, 2  # what SQLite calls its levels of `synchronous`
SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN

MakeSite = Callable[[int], Site]


class SuspendedMailer:
    """A mailer that is suspended once with its messages while others claim its rows; then it intends all of them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.got: list[list[int]] = []
        self.allowed: list[set[int]] = []

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        got: list[Outgoing] = []
        for message in messages:
            got.append(message)
            if len(got) == 2 and not self.got:
                self.site.ledger.recover(self.site.clock.now() + timedelta(hours=1), lambda _owner: None)
        allowed = journal.record([], got)
        journal.record([_sent(one) for one in got if one.delivery_id in allowed], [])
        self.got.append([message.delivery_id for message in got])
        self.allowed.append(allowed)


class UnconfirmedMailer:
    """A mailer whose server stops replying after each message, until `confirms` is set."""

    def __init__(self) -> None:
        self.confirms = False
        self.contents: list[bytes] = []

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        for message in messages:
            journal.record([], [message])
            self.contents.append(message.content)
            outcome = Outcome.SENT if self.confirms else Outcome.UNKNOWN
            journal.record([Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome)], [])


def _sent(message: Outgoing) -> Receipt:
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[MakeSite]:
    """Build an issue that is frozen for a number of readers, and close its database after the test."""
    with ExitStack() as stack:

        def make(readers: int) -> Site:
            site = Site(tmp_path, readers)
            stack.callback(site.database.close)
            return site

        yield make


def test_sender_claims_a_recovered_row_again_sends_it_once(make_site: MakeSite) -> None:
    """No reader gets two messages if the process claims a row again before it gave up the first claim."""
    site = make_site(3)
    mailer = SuspendedMailer(site)
    site.sender(mailer, batch=2).deliver(stop=never)
    assert [sorted(ids) for ids in mailer.got] == [[1, 2, 3], [1, 2], []]
    assert mailer.allowed == [{3}, {1, 2}, set()]
    assert site.counts == {SENT: 3}
    assert site.state is IssueState.DONE


def test_unknown_without_resend_is_not_sent_again(make_site: MakeSite) -> None:
    """Time does not change it."""
    site = make_site(2)
    sender = site.sender(UnconfirmedMailer())
    for _turn in range(3):
        sender.deliver(stop=never)
        site.clock.wait(3600)
    assert site.counts == {UNKNOWN: 2}


def test_unknown_with_resend_edition_is_sent_again(make_site: MakeSite) -> None:
    """After the wait of a deferred message it is sent again, with the same bytes, and this is recorded."""
    site = make_site(2)
    mailer = UnconfirmedMailer()
    sender = site.sender(mailer, resend_editions=("weekly", "daily"))
    sender.deliver(stop=never)
    assert site.state is IssueState.DONE
    site.clock.wait(299)
    sender.deliver(stop=never)
    assert (len(mailer.contents), site.counts) == (2, {UNKNOWN: 2})
    mailer.confirms = True
    site.clock.wait(2)
    sender.deliver(stop=never)
    assert mailer.contents[2:] == mailer.contents[:2]
    assert (site.counts, site.state) == ({SENT: 2}, IssueState.DONE)
    assert _resends(site.database) == [("on_unknown", 2)]


@pytest.mark.parametrize(("tries", "wait"), [(1, 5), (2, 15), (3, 60), (4, 240), (5, 240)])
def test_resend_wait_grows_with_the_attempts(make_site: MakeSite, tries: int, wait: int) -> None:
    """After attempt n it waits as long as a deferred message does, without the jitter."""
    site = make_site(1)
    sender = site.sender(UnconfirmedMailer(), resend_editions=("daily",))
    with site.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE delivery SET tries = {tries - 1}")
    sender.deliver(stop=never)
    for minutes, number in ((wait - 1, 0), (2, 1)):
        site.clock.wait(60 * minutes)
        sender.deliver(stop=never)
        assert len(_resends(site.database)) == number


def test_unknown_after_deadline_or_of_other_edition_is_not_resent(make_site: MakeSite) -> None:
    """The issue's deadline holds, and the setting of one edition does not apply to another."""
    site = make_site(1)
    sender = site.sender(UnconfirmedMailer(), resend_editions=("weekly",))
    sender.deliver(stop=never)
    site.clock.wait(3600)
    sender.deliver(stop=never)
    site.clock.wait(12 * 3600)
    site.sender(UnconfirmedMailer(), resend_editions=("daily",)).deliver(stop=never)
    assert _resends(site.database) == []
    assert site.counts == {UNKNOWN: 1}


def test_intent_commit_waits_for_the_disk(store_url: str) -> None:
    """On SQLite by its own setting, on PostgreSQL against the server's."""
    with opened(store_url) as database:
        frozen(database, 2)
        levels: list[int] = []
        ledger = Deliveries(database)
        with database.keyed_statements() as connection:
            if connection.dialect.name == "postgresql":
                assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
                return
        event.listen(database._engine, "commit", lambda connection: levels.append(_synchronous(connection)))
        for _turn in range(2):  # a connection of the pool keeps its setting
            assert len(sending(ledger, 1)) == 1
            ledger.renew("me", NOW, LEASE)
        assert levels == [_NORMAL, _FULL, _NORMAL] * 2


def _synchronous(connection: Connection) -> int:
    raw: Any = connection.connection.dbapi_connection
    level: int = raw.execute("PRAGMA synchronous").fetchone()[0]
    return level


def _resends(database: Database) -> list[tuple[str, int]]:
    with database.read() as connection:
        return [(row.by, row.messages) for row in connection.execute(select(resend).order_by(resend.c.id))]
