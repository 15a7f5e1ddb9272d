"""Articles of sources that state the day of publication alone, which is read as its first moment.

Such an article would be older than the issue of that day's morning, and so in no issue at all.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.model.articles import Role, Sighting, Validators, Visit, Window
from digest.protocols import Source

_SECOND = timedelta(seconds=1)


class DayDatedSource:
    """The source `inside`, whose articles count as published when they are seen, on the day that they name."""

    def __init__(self, inside: Source, *, zone: tzinfo) -> None:
        self._inside = inside
        self._zone = zone

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._inside.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Visit the source, for a window that begins with its first day; raises SourceError."""
        visit = self._inside.visit(_with_first_day(window, self._zone), taken_at, validators)
        return replace(visit, sightings=with_times_of_days(visit.sightings, self._zone, taken_at))


def _with_first_day(window: Window, zone: tzinfo) -> Window:
    """The window from the first moment of its first day, which an article of that day has, in `zone` or in UTC."""
    days = (datetime.combine(window.start.astimezone(one).date(), time(), one) for one in (zone, UTC))
    return replace(window, start=min(days))


def with_times_of_days(sightings: tuple[Sighting, ...], zone: tzinfo, taken_at: datetime) -> tuple[Sighting, ...]:
    """The sightings, their articles dated by `taken_at`, or by the last second of their day where that is over.

    Only if all dates are midnight, in `zone` or in UTC: one article may be published then. The store keeps the first
    date that a source gave an article, so it does not move with each visit.
    """
    dates = [moment for seen in sightings if (moment := _date_of(seen))]
    for days in (zone, UTC):
        if dates and all(moment.astimezone(days).time() == time() for moment in dates):
            return tuple(_at_latest(seen, days, zone, taken_at) for seen in sightings)
    return sightings


def _date_of(seen: Sighting) -> datetime | None:
    """The date of an article; a discussion is dated by its last comment, which is another matter."""
    return seen.published_at if seen.role is Role.ARTICLES else None


def _at_latest(seen: Sighting, days: tzinfo, zone: tzinfo, taken_at: datetime) -> Sighting:
    """The sighting of a day in `days`, dated so that the day is the same in `zone`, where readers see it."""
    moment = _date_of(seen)
    if moment is None or moment > taken_at:
        return seen
    end = min(_end_of_day(moment.astimezone(days).date(), one) for one in (days, zone))
    return replace(seen, published_at=min(taken_at, end), day_only=True)


def _end_of_day(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - _SECOND
