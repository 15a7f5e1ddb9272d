"""A sender that slept past its leases, and what an edition's `on_unknown` does."""

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
from digest.store.database import Database
from digest.store.deliveries import Deliveries
from digest.store.schema import resend
from tests.support.ledger import House, never
from tests.support.store import LEASE, NOW, frozen, opened, sending

_NORMAL, _FULL = 1, 2  # what SQLite calls its levels of `synchronous`
SENT, UNKNOWN, PLANNED = DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.PLANNED

MakeHouse = Callable[[int], House]


class Sleeper:
    """A mailer that is stopped with its messages in hand, and others take its rows meanwhile; then it asks for all."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.got: list[Outgoing] = []
        self.allowed: set[int] = set()

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        for message in messages:
            self.got.append(message)
            if len(self.got) == 2:
                self.house.ledger.recover(self.house.clock.now() + timedelta(hours=1), lambda _owner: None)
        self.allowed = journal.record([], self.got)
        journal.record([_sent(one) for one in self.got if one.delivery_id in self.allowed], [])


class Silent:
    """A mailer whose server falls silent after each message, until it is `mended`."""

    def __init__(self) -> None:
        self.mended = False
        self.contents: list[bytes] = []

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        for message in messages:
            journal.record([], [message])
            self.contents.append(message.content)
            outcome = Outcome.SENT if self.mended else Outcome.UNKNOWN
            journal.record([Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome)], [])


def _sent(message: Outgoing) -> Receipt:
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Builds a house with so many readers, and closes its database after the test."""
    with ExitStack() as stack:

        def make(readers: int) -> House:
            house = House(tmp_path, readers)
            stack.callback(house.database.close)
            return house

        yield make


def test_a_row_that_comes_back_is_not_in_hand_twice(make_house: MakeHouse) -> None:
    """Nobody gets two messages because the same process claimed his row again before it gave up the first claim."""
    house = make_house(3)
    mailer = Sleeper(house)
    sender = house.sender(mailer, batch=2)
    sender.deliver(stop=never)
    ids = [message.delivery_id for message in mailer.got]
    assert sorted(ids) == sorted(set(ids)) == [1, 2, 3]
    assert mailer.allowed == {3}
    assert house.counts == {SENT: 1, PLANNED: 2}
    sender.deliver(stop=never)
    assert house.counts == {SENT: 3}
    assert house.state is IssueState.DONE


def test_unknown_is_held_by_default(make_house: MakeHouse) -> None:
    """Time does not send it again."""
    house = make_house(2)
    sender = house.sender(Silent())
    for _turn in range(3):
        sender.deliver(stop=never)
        house.clock.wait(3600)
    assert house.counts == {UNKNOWN: 2}


def test_unknown_is_resent_by_the_edition(make_house: MakeHouse) -> None:
    """After the wait of a deferred message it goes out again, with the same bytes, and it is recorded."""
    house = make_house(2)
    mailer = Silent()
    sender = house.sender(mailer, resend_editions=("weekly", "daily"))
    sender.deliver(stop=never)
    assert house.state is IssueState.DONE
    house.clock.wait(299)
    sender.deliver(stop=never)
    assert (len(mailer.contents), house.counts) == (2, {UNKNOWN: 2})
    mailer.mended = True
    house.clock.wait(2)
    sender.deliver(stop=never)
    assert mailer.contents[2:] == mailer.contents[:2]
    assert (house.counts, house.state) == ({SENT: 2}, IssueState.DONE)
    assert _resends(house.database) == [("on_unknown", 2)]


@pytest.mark.parametrize(("tries", "wait"), [(1, 5), (2, 15), (3, 60), (4, 240), (5, 240)])
def test_the_waits_grow(make_house: MakeHouse, tries: int, wait: int) -> None:
    """After the n-th try it waits as long as a deferred message does, without the jitter."""
    house = make_house(1)
    sender = house.sender(Silent(), resend_editions=("daily",))
    with house.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE delivery SET tries = {tries - 1}")
    sender.deliver(stop=never)
    for minutes, number in ((wait - 1, 0), (2, 1)):
        house.clock.wait(60 * minutes)
        sender.deliver(stop=never)
        assert len(_resends(house.database)) == number


def test_no_resend_after_the_deadline_or_for_other_editions(make_house: MakeHouse) -> None:
    """The issue's deadline stands, a paused issue waits, and another edition's rule says nothing here."""
    house = make_house(1)
    sender = house.sender(Silent(), resend_editions=("weekly",))
    sender.deliver(stop=never)
    house.clock.wait(3600)
    sender.deliver(stop=never)
    house.clock.wait(12 * 3600)
    house.sender(Silent(), resend_editions=("daily",)).deliver(stop=never)
    assert _resends(house.database) == []
    assert house.counts == {UNKNOWN: 1}


def test_permission_to_send_outlives_a_power_cut(store_url: str) -> None:
    """The commit of intents waits for the disk: on SQLite by its own setting, on PostgreSQL against the server's."""
    with opened(store_url) as database:
        frozen(database, 2)
        levels: list[int] = []
        ledger = Deliveries(database)
        with database.read() as connection:
            if connection.dialect.name == "postgresql":
                assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
                return
        event.listen(database._engine, "commit", lambda connection: levels.append(_synchronous(connection)))
        for _turn in range(2):  # a connection of the pool remembers what it was set to
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
