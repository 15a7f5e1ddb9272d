"""The turns that one of several senders gets next."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model.turns import Turns, next_turns

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """That many seconds from now."""
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("until", "first"),
    [(None, 0.0), (-3600.0, -0.05), (-0.02, -0.02), (0.7, 0.7), (2.6, 0.0), (3600.0, 0.0)],
    ids=["first ever", "after a pause", "late", "others have turns", "other rate", "clock was set back"],
)
def test_next_turns_begin_where_the_last_ones_end(until: float | None, first: float) -> None:
    """Half a second of the rate, divided by the senders."""
    given = None if until is None else after(until)
    assert next_turns(given, NOW, rate=100, senders=5) == Turns(after(first), 10)


def test_next_turns_too_far_ahead_are_not_given_yet() -> None:
    """A sender that is lost then loses little of the rate."""
    assert next_turns(after(1.2), NOW, rate=100, senders=5) == Turns(after(0.2), 0)
    assert next_turns(after(55), NOW, rate=1 / 60, senders=5) == Turns(after(54), 0)


@pytest.mark.parametrize(("rate", "senders", "number"), [(1 / 60, 1, 1), (14, 8, 1), (50, 1, 25), (5000, 2, 1250)])
def test_next_turns_are_one_at_least(rate: float, senders: int, number: int) -> None:
    """Their end is the beginning of the next ones."""
    turns = next_turns(None, NOW, rate=rate, senders=senders)
    assert turns.number == number
    assert turns.end(rate) == after(number / rate)
