"""A sender beside others: it lets them count it before it sends, and leaves to them what it cannot send."""

import threading
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, islice

import pytest

from digest.model.deliveries import DeliveryState, Outcome, Outgoing, Receipt
from digest.protocols import Journal
from tests.support.ledger import NOON, Site, never

_S = DeliveryState
LEASE = timedelta(seconds=30)


class Stalling:
    """A mailer that pulls `ahead` messages, and then does nothing until its sender has released what is claimed."""

    def __init__(self, site: Site, ahead: int) -> None:
        self.site = site
        self.ahead = ahead
        self.denied: list[int] = []

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        pulled = iter(messages)
        early = list(islice(pulled, self.ahead))
        if self.ahead:
            self._stall()
        for message in chain(early, list(pulled)):
            allowed = journal.record([], [message])
            self.denied.extend({message.delivery_id} - allowed)
            sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
            journal.record([sent] if allowed else [], [])

    def _stall(self) -> None:
        self.ahead = 0
        self.site.clock.moment += LEASE / 2
        pause = threading.Event()
        while self.site.counts.get(_S.CLAIMED) and not pause.wait(0.02):
            pass


class Noting:
    """A mailer that notes the time of its first message, and how many senders there were."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.began: list[float] = []
        self.seen: list[tuple[int, int]] = []

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        for message in messages:
            if not self.began:
                self.began.append((self.site.clock.now() - NOON).total_seconds())
                self.seen.append((journal.senders, journal.place))
            journal.record([], [message])
            journal.record([Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)], [])


def test_sender_alone_begins_at_once(site: Site) -> None:
    """Nobody has to be told."""
    mailer = Noting(site)
    site.sender(mailer).deliver(stop=never)
    assert (mailer.began, mailer.seen) == ([0], [(1, 0)])
    assert site.counts == {_S.SENT: 40}


def test_sender_beside_another_waits_until_it_was_counted(site: Site) -> None:
    """The other one looks every second, and then leaves it its part; owners are sorted by name."""
    mailer = Noting(site)
    site.ledger.claim(3, owner="another", now=NOON, lease=LEASE)
    site.sender(mailer, owner="one").deliver(stop=never)
    assert (mailer.began, mailer.seen) == ([2], [(2, 1)])


def test_sender_turns_of_a_rate_follow_those_of_the_others(site: Site) -> None:
    """In seconds from the call; each sender gets half a second of the rate, and none that is far ahead."""
    one, other = (site.sender(Noting(site), owner=owner).journal for owner in ("one", "other"))
    assert one.reserve_turns("smtp", 50) == (0, 25)
    assert other.reserve_turns("smtp", 50) == (0.5, 25)
    assert other.reserve_turns("mx1.example:25 1", 10) == (0, 5)
    site.clock.wait(0.75)
    assert one.reserve_turns("smtp", 50) == (0.25, 25)
    assert other.reserve_turns("smtp", 50) == (0.75, 25)
    assert one.reserve_turns("smtp", 50) == (0.25, 0)


def test_sender_claims_again_what_its_mailer_holds_and_sends_it_once(site: Site) -> None:
    """The message that waits in the mailer is denied, because its row was released; then the row gets a new one."""
    denied: list[int] = []

    class Ahead:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            pulled = iter(messages)
            first, second = next(pulled, None), next(pulled, None)
            if first is None or second is None:
                return
            self._send(first, journal)
            site.clock.moment += LEASE / 2
            pause = threading.Event()
            while site.counts.get(_S.CLAIMED) and not pause.wait(0.02):
                pass
            for message in chain(islice(pulled, 3), [second], pulled):
                self._send(message, journal)

        def _send(self, message: Outgoing, journal: Journal) -> None:
            allowed = journal.record([], [message])
            denied.extend({message.delivery_id} - allowed)
            sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
            journal.record([sent] if allowed else [], [])

    site.sender(Ahead(), lease=LEASE).deliver(stop=never)
    assert len(denied) == 1
    assert site.counts == {_S.SENT: 40}


def test_sender_without_results_leaves_its_claims_to_others(site: Site) -> None:
    """After half a lease nothing stays claimed, what is being sent stays; with the next result it claims again."""
    released = threading.Event()

    class Stuck:
        def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
            for number, message in enumerate(messages):
                allowed = journal.record([], [message])
                if number == 0:
                    site.clock.moment += LEASE / 2
                    until = threading.Event()
                    while site.counts.get(_S.CLAIMED) and not until.wait(0.02):
                        pass
                    assert site.counts == {_S.SENDING: 1, _S.PLANNED: 39}
                    released.set()
                sent = Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.SENT)
                journal.record([sent] if message.delivery_id in allowed else [], [])

    site.sender(Stuck(), lease=LEASE).deliver(stop=never)
    assert released.is_set()
    assert site.counts == {_S.SENT: 40}


@pytest.mark.parametrize("ahead", [40, 20, 5])
def test_sender_whose_last_messages_were_denied_sends_them_in_new_ones(site: Site, ahead: int) -> None:
    """The mailer had all of them, or some, when their rows were released; nothing is left to another call."""
    mailer = Stalling(site, ahead)
    site.sender(mailer, lease=LEASE).deliver(stop=never)
    assert len(mailer.denied) == ahead
    assert site.counts == {_S.SENT: 40}
