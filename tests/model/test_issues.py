"""Slots of issues."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from digest.model.issues import Slot


def test_slot_of_a_moment_is_that_of_the_portals_day() -> None:
    """An evening in UTC is the next day in Moscow."""
    moment = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert Slot.of(moment, ZoneInfo("Europe/Moscow")) == Slot(day=date(2026, 6, 2))
