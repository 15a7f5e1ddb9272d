"""When a reader's next message comes, by their preferences and the timetable. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model.issues import Slot
from digest.model.subscribers import Frequency, Preferences
from digest.settings.schema import EditionSettings
from digest.subscribers.preferences import next_delivery, zone_of
from digest.timetable import moment

_FURTHEST = 400  # days: longer than any pause
_SATURDAY = 5


def next_message(chosen: Preferences, editions: list[tuple[EditionSettings, Slot]], zone: ZoneInfo) -> datetime | None:
    """The moment, in the reader's zone; `editions` are those that they get with the slots that are due next.

    `zone` is the portal's, in which days count, and in which readers live who chose none.
    """
    own = zone_of(chosen.timezone, zone)
    moments = [made for edition, slot in editions if (made := _next_issue(chosen, edition, slot, zone)) is not None]
    if not moments:
        return None
    due = (made if chosen.hour is None else next_delivery(chosen.hour, own, made) for made in moments)
    return min(due).astimezone(own)


def _next_issue(chosen: Preferences, edition: EditionSettings, slot: Slot, zone: ZoneInfo) -> datetime | None:
    """When the first issue of the edition is due that the reader gets."""
    return next(
        (made for one in _slots(edition, slot) if _wants(chosen, one) and (made := moment(edition, one, zone))), None
    )


def _slots(edition: EditionSettings, first: Slot) -> Iterator[Slot]:
    yield first
    days = (first.day + timedelta(days=number) for number in range(1, _FURTHEST))
    yield from (Slot(day=day) for day in days if day.weekday() in edition.days)


def _wants(chosen: Preferences, slot: Slot) -> bool:
    if chosen.paused_until is not None and slot.day < chosen.paused_until:
        return False
    return chosen.frequency is not Frequency.WEEKDAYS or slot.day.weekday() < _SATURDAY
