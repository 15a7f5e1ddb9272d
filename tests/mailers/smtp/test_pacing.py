"""The turns that a sender holds: used in their time, or given up."""

from hypothesis import given
from hypothesis import strategies as st

from digest.mailers.smtp.pacing import LATEST, HeldTurns, take_turn


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
