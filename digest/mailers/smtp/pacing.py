"""The pace of a rate: turns that are reserved in competition with the other senders, and given to one message each."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from digest.protocols import Journal

LATEST = 0.5  # seconds after its time in which a turn can be used

Reserve = Callable[[], tuple[float, int]]  # as `Journal.reserve_turns`, of one rate


@dataclass(slots=True)
class HeldTurns:
    """The turns that this sender holds, at `rate` messages a second; with rate `None` there is always one.

    `due`: the moment of the first one, in seconds; without `turns`: when to reserve more.
    """

    rate: float | None = None
    due: float = 0.0
    turns: int = 0

    def available(self, now: float) -> float:
        """How many messages may leave now; turns that are too late are given up."""
        if self.rate is None:
            return math.inf
        late = math.ceil((now - LATEST - self.due) * self.rate)
        self.take(max(0, min(late, self.turns)))
        return 0 if now < self.due else min(self.turns, 1 + int((now - self.due) * self.rate))

    def needs_turns(self, now: float) -> bool:
        """Whether it is time to reserve more."""
        return self.rate is not None and self.available(now) == 0 and self.turns == 0 and now >= self.due

    def add(self, first: float, turns: int) -> None:
        """Hold these turns, the first at `first`; none: more may be reserved from then on."""
        self.due, self.turns = max(self.due, first), turns

    def take(self, number: int) -> None:
        """Note that messages leave."""
        if self.rate is not None:
            self.due += number / self.rate
            self.turns -= number


def take_turn(pace: HeldTurns, reserve: Reserve, clock: Callable[[], float] = time.monotonic) -> float | None:
    """Take a turn: None, or the seconds after which to try again; it blocks while turns are reserved."""
    now = clock()
    if pace.needs_turns(now):
        first, turns = reserve()
        pace.add(now + first, turns)
        now = clock()
    if pace.available(now):
        pace.take(1)
        return None
    return max(0.0, pace.due - now)


def take_turns(name: str, rate: float | None, journal: Journal) -> Callable[[], float | None] | None:
    """`take_turn` for the rate of that name; None without a rate."""
    if rate is None:
        return None
    return partial(take_turn, HeldTurns(rate), partial(journal.reserve_turns, name, rate))


class TurnTimer:
    """Calls `on_due` once a message may leave at a pace; turns are reserved in a thread.

    `on_error` gets an error of `reserve`.
    """

    def __init__(
        self,
        pace: HeldTurns,
        reserve: Reserve,
        *,
        on_due: Callable[[], object],
        on_error: Callable[[BaseException], object],
    ) -> None:
        self._pace = pace
        self._reserve = reserve
        self._on_due = on_due
        self._on_error = on_error
        self._loop = asyncio.get_running_loop()
        self._is_set = False
        self._began = 0.0

    def start(self) -> None:
        """Wait for the next turn, unless that is being done."""
        if self._is_set:
            return
        self._is_set = True
        self._began = self._loop.time()
        if self._pace.needs_turns(self._began):
            self._loop.run_in_executor(None, self._reserve).add_done_callback(self._reserved)
        else:
            self._loop.call_at(self._pace.due, self._call_on_due)

    def _reserved(self, answer: "asyncio.Future[tuple[float, int]]") -> None:
        error = None if answer.cancelled() else answer.exception()
        if error is not None:
            self._on_error(error)
        elif not answer.cancelled():
            first, turns = answer.result()
            self._pace.add(self._began + first, turns)
            self._loop.call_at(self._pace.due, self._call_on_due)

    def _call_on_due(self) -> None:
        self._is_set = False  # uvloop counts milliseconds: if this is too early, the next look sets another timer
        self._on_due()
