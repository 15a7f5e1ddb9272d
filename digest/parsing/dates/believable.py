"""Which moments can be those of an article on the web."""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before the web a date is a default, such as 1970-01-01."""

CLOCK_SKEW = timedelta(minutes=15)
"""How far a portal's clock may run ahead of ours."""


def believable(moment: datetime | None) -> datetime | None:
    """An aware moment in UTC; None for one before 1990. Raises OverflowError near the ends of the calendar."""
    return None if moment is None or moment < EARLIEST else moment.astimezone(UTC)


def is_in_future(moment: datetime, now: datetime) -> bool:
    """Whether a moment is further ahead of `now` than clocks differ: what was published already cannot be."""
    return moment > now + CLOCK_SKEW
