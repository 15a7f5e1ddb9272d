"""Several hosts share a rate through the database: what they send together, whatever happens to some of them."""

import heapq
import itertools
import threading
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mailers.smtp.pacing import LATEST, HeldTurns, take_turn
from digest.store.engine.database import Database
from digest.store.ledger.shared_rates import SharedRates
from tests.support.ledger import NOON
from tests.support.store import opened

LENGTH = 24.0  # seconds of a trial
FAULTS_END = 8.0
SPAN = 10.0  # seconds over which the rate counts


@dataclass
class Pause:
    """From a moment on a host does nothing for so long: it is stopped, cut off, or waits for a slow database.

    `restarts`: it has forgotten what it held. `late`: what it asked for just then is answered at the end of the pause.
    """

    host: int
    at: float
    length: float
    restarts: bool
    late: bool


@dataclass
class Host:
    """One limiter, with a clock of its own; `count` is how many senders it believes there are, right or wrong."""

    rates: SharedRates
    rate: float
    count: int
    clock_error: float
    pauses: list[Pause]
    pace: HeldTurns = field(init=False)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.pace = HeldTurns(self.rate)

    def reserve(self) -> tuple[float, int]:
        """Ask the database, which is slow where a pause says so."""
        moment = NOON + timedelta(seconds=self.now + self.clock_error)
        turns = self.rates.reserve("smtp", self.rate, self.count, moment)
        self.now += 0.002
        if self.pauses and self.pauses[0].late and self.pauses[0].at <= self.now:
            self.now += self.next_pause().length
        return (turns.first - moment).total_seconds(), turns.number

    def next_pause(self) -> Pause:
        """The pause that begins now; one that was to begin during it is left out: faults end when they should."""
        pause, *others = self.pauses
        self.pauses = [one for one in others if one.at >= self.now + pause.length]
        return pause

    def run(self, now: float) -> tuple[float | None, float]:
        """Take a turn, if there is one: when a message left, and when to run again."""
        self.now = now
        if self.pauses and self.pauses[0].at <= now and not self.pauses[0].late:
            pause = self.next_pause()
            if pause.restarts:
                self.pace = HeldTurns(self.rate)
            return None, now + pause.length
        wait = take_turn(self.pace, self.reserve, lambda: self.now)
        return (self.now, self.now + 0.0005) if wait is None else (None, self.now + wait)


@st.composite
def trials(draw: st.DrawFn) -> tuple[float, list[tuple[int, float, list[Pause]]]]:
    """A rate, and the hosts' count of each other, their clocks' errors and their pauses."""
    rate = draw(st.sampled_from([3.0, 14.0, 50.0]))
    number = draw(st.integers(2, 8))
    pauses = st.builds(
        Pause,
        host=st.integers(1, number - 1),  # the first one has none
        at=st.floats(0.0, FAULTS_END),
        length=st.floats(0.3, 12.0),
        restarts=st.booleans(),
        late=st.booleans(),
    )
    in_order = sorted(draw(st.lists(pauses, max_size=2 * number)), key=lambda one: one.at)
    of_host = [[one for one in in_order if one.host == host] for host in range(number)]
    error = draw(st.sampled_from([0.0, 0.1]))
    return rate, [
        (draw(st.integers(1, number)), draw(st.floats(-error, error)), of_host[host]) for host in range(number)
    ]


def moments(hosts: list[Host]) -> Iterator[float]:
    """When messages leave, in the order of time except for answers that came late."""
    places = itertools.count()
    queue = [(0.0, next(places), host) for host in hosts]
    while queue and queue[0][0] < LENGTH:
        now, _place, host = heapq.heappop(queue)
        left_at, again = host.run(now)
        if left_at is not None:
            yield left_at
        heapq.heappush(queue, (again, next(places), host))


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    """A database in memory."""
    with opened("sqlite://") as database:
        yield database


@given(trials())
@settings(max_examples=15)
def test_shared_rate_hosts_pause_and_return_holds_in_any_ten_seconds(
    memory: Database, trial: tuple[float, list[tuple[int, float, list[Pause]]]]
) -> None:
    """They send no more than the rate, and what late turns add; and no less than .8 of it soon after the last fault."""
    rate, conditions = trial
    names = SharedRates(memory)
    with memory.write() as connection:
        connection.exec_driver_sql("DELETE FROM shared_rate")
    hosts = [Host(names, rate, count, error, pauses) for count, error, pauses in conditions]
    left = sorted(moments(hosts))
    clocks = 2 * max(abs(host.clock_error) for host in hosts)
    most = max(bisect_right(left, at + SPAN) - place for place, at in enumerate(left))
    assert most <= 1 + rate * (SPAN + LATEST + clocks)
    again = [at for at in left if FAULTS_END + 2 <= at < FAULTS_END + 7]
    assert len(again) >= 4 * rate  # 0.8 of five seconds; `0.8 * 3.0 * 5` is more than 12


def test_shared_rate_concurrent_reservations_never_overlap(store_url: str) -> None:
    """Four senders reserve at once: each turn is given to one of them, and none is left out."""
    taken: list[tuple[datetime, int]] = []

    def reserve() -> None:
        with opened(store_url) as database:
            rates = SharedRates(database)
            barrier.wait()
            taken.extend(rates.reserve("smtp", 1000, 100, NOON) for _ in range(20))

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = sorted((first, number) for first, number in taken if number)
    assert given[0][0] == NOON
    for (first, number), (following, _number) in itertools.pairwise(given):
        assert following - first == timedelta(seconds=number / 1000)
    assert len(given) > 20
