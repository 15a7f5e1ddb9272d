"""The turns that a sender holds: used in their time, or given up."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import StoreError
from digest.mailers.smtp.pacing import LATEST, HeldTurns, TurnTimer, take_turn, take_turns
from tests.support.mailing import RecordingJournal


@given(st.floats(0.5, 500), st.lists(st.floats(0.0, 0.8), min_size=1, max_size=200))
def test_pace_any_moments_use_each_turn_once_and_in_its_time(rate: float, gaps: list[float]) -> None:
    """Over any time the messages are at most its length times the rate, and what late turns add."""
    pace, now, taken = HeldTurns(rate), 100.0, 0
    for gap in gaps:
        now += gap
        if pace.needs_turns(now):
            pace.add(now, 10)
        number = int(pace.available(now))
        pace.take(number)
        taken += number
    assert taken <= 1.001 + (now - 100.0 + LATEST) * rate


def test_pace_late_timer_makes_up_for_its_delay() -> None:
    """At 100 a second a timer that is 20 ms late permits three messages."""
    pace = HeldTurns(100, due=10.0, turns=5)
    pace.take(1)
    assert pace.available(10.009) == 0
    assert pace.available(10.0301) == 3


@pytest.mark.parametrize(
    ("now", "available", "held"),
    [
        (15.999, 0, (16.0, 5)),
        (16.0, 1, (16.0, 5)),
        (16.124, 1, (16.0, 5)),
        (16.125, 2, (16.0, 5)),
        (16.375, 4, (16.0, 5)),
        (16.5, 5, (16.0, 5)),
        (16.501, 4, (16.125, 4)),
        (16.75, 3, (16.25, 3)),
        (17.0, 1, (16.5, 1)),
        (17.001, 0, (16.625, 0)),
        (99.0, 0, (16.625, 0)),
    ],
)
def test_pace_each_turn_is_used_within_half_a_second(now: float, available: int, held: tuple[float, int]) -> None:
    """Five turns at eight a second, the first at 16: none is used before its time, and none half a second later."""
    pace = HeldTurns(8, due=16.0, turns=5)
    assert pace.available(now) == available
    assert (pace.due, pace.turns) == held


def test_pace_without_a_rate_there_is_always_a_turn() -> None:
    """Nothing is reserved or counted."""
    pace = HeldTurns()
    pace.take(5)
    assert (pace.available(0), pace.needs_turns(99), pace.due, pace.turns) == (math.inf, False, 0, 0)


def test_pace_turns_that_others_were_given_meanwhile_come_later() -> None:
    """What is added begins no earlier than what was taken has paid for."""
    pace = HeldTurns(10, due=10.0, turns=1)
    pace.take(1)
    pace.add(10.05, 3)
    assert pace.due == pytest.approx(10.1)
    assert pace.turns == 3
    pace.add(12.0, 2)
    assert (pace.due, pace.turns) == (12.0, 2)


def test_pace_held_turns_are_used_before_more_are_reserved() -> None:
    """Also where their time has not come."""
    pace = HeldTurns(10, due=10.0, turns=1)
    assert not pace.needs_turns(9.0)
    assert not pace.needs_turns(10.0)
    pace.take(1)
    assert not pace.needs_turns(10.05)
    assert pace.needs_turns(10.11)


def test_pace_sender_was_stopped_gives_up_its_old_turns() -> None:
    """After half a second a turn is lost: others may have had theirs meanwhile."""
    pace = HeldTurns(10, due=10.0, turns=5)
    assert pace.available(10.75) == 2
    assert (pace.due, pace.turns) == (10.3, 2)
    assert not pace.needs_turns(10.75)
    assert pace.available(12) == 0
    assert pace.needs_turns(12)


def test_pace_no_turn_is_left_asks_again_at_the_moment_given() -> None:
    """The same moment is never asked for twice in a row."""
    pace = HeldTurns(10)
    pace.add(10.0, 0)
    assert not pace.needs_turns(9.9)
    assert pace.needs_turns(10.0)


def test_take_turn_reservation_came_too_late_asks_again_at_once() -> None:
    """What was reserved while the database hung is not used."""
    moments = iter([0.0, 30.0, 30.0, 30.001])
    pace = HeldTurns(10)
    assert take_turn(pace, lambda: (0.0, 5), lambda: next(moments)) == 0
    assert take_turn(pace, lambda: (0.0, 5), lambda: next(moments)) is None
    assert pace.turns == 4


def test_take_turn_waits_for_the_next_one() -> None:
    """The seconds until then; a turn that is there is taken without a reservation."""
    pace, reserved = HeldTurns(10), iter([(0.5, 2)])
    moments = iter([3.0, 3.25, 3.5, 3.5, 4.0])

    def take() -> float | None:
        return take_turn(pace, lambda: next(reserved), lambda: next(moments))

    assert take() == 0.25  # reserved at 3.0, and looked again at 3.25
    assert take() is None
    assert take() == pytest.approx(0.1)
    assert take() is None
    assert pace.turns == 0


def test_take_turns_reserves_with_name_and_rate() -> None:
    """Without a rate there is nothing to take."""
    reserved: list[tuple[str, float]] = []

    class Reserving(RecordingJournal):
        def reserve_turns(self, name: str, rate: float) -> tuple[float, int]:
            reserved.append((name, rate))
            return 3600.0, 2

    assert take_turns("smtp", None, Reserving()) is None
    take = take_turns("smtp", 5.0, Reserving())
    assert take is not None
    assert [take(), take()] == pytest.approx([3600, 3600], abs=600)  # by the clock of the machine
    assert reserved == [("smtp", 5.0)]


@dataclass
class TimedLoop:
    """An event loop whose reservations and timers the test completes."""

    now: float = 0.0
    reservations: list[asyncio.Future[tuple[float, int]]] = field(default_factory=list)
    timers: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[[], None]) -> None:
        self.timers.append((when, call))

    def run_in_executor(self, _executor: None, _call: object) -> asyncio.Future[tuple[float, int]]:
        self.reservations.append(asyncio.Future(loop=self))  # type: ignore[arg-type] # only its callbacks are used
        return self.reservations[-1]

    def call_soon(self, call: Callable[[Any], None], *arguments: Any, context: object = None) -> None:
        call(*arguments)

    def get_debug(self) -> bool:
        return False


@dataclass
class TimedTurns:
    """A timer on such a loop, and what it called."""

    pace: HeldTurns
    loop: TimedLoop = field(default_factory=TimedLoop)
    called: list[object] = field(default_factory=list)

    def timer(self, monkeypatch: pytest.MonkeyPatch) -> TurnTimer:
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: self.loop)
        return TurnTimer(
            self.pace, lambda: (0.0, 0), on_due=lambda: self.called.append("due"), on_error=self.called.append
        )


@pytest.fixture
def turns() -> TimedTurns:
    """Ten turns a second, none of them held yet."""
    return TimedTurns(HeldTurns(10))


def test_turn_timer_reserves_once_and_calls_at_the_first_turn(
    turns: TimedTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted from when it reserved; a second start meanwhile changes nothing, and one afterwards sets it again."""
    timer, loop = turns.timer(monkeypatch), turns.loop
    loop.now = 50.0
    timer.start()
    timer.start()
    (reservation,) = loop.reservations
    loop.now = 51.0
    reservation.set_result((0.5, 2))
    timer.start()
    ((when, call),) = loop.timers
    assert (when, turns.called, turns.pace.turns) == (50.5, [], 2)
    call()
    assert turns.called == ["due"]
    timer.start()
    assert ([when for when, _ in loop.timers], len(loop.reservations)) == ([50.5, 50.5], 1)


def test_turn_timer_reservation_that_fails_is_reported(turns: TimedTurns, monkeypatch: pytest.MonkeyPatch) -> None:
    """No timer is set."""
    turns.timer(monkeypatch).start()
    turns.loop.reservations[0].set_exception(error := StoreError("the database is full"))
    assert (turns.called, turns.loop.timers, turns.pace.turns) == ([error], [], 0)


def test_turn_timer_reservation_that_is_cancelled_is_no_error(
    turns: TimedTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sending ends."""
    turns.timer(monkeypatch).start()
    turns.loop.reservations[0].cancel()
    assert (turns.called, turns.loop.timers, turns.pace.turns) == ([], [], 0)
