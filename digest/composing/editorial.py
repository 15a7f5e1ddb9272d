"""Which editorial changes hold, and which cannot be made."""

from collections.abc import Iterable
from datetime import date, datetime

from digest.model.issues import EditorialChange
from digest.settings.schema import EditionSettings


def in_force(
    changes: Iterable[EditorialChange], day: date | None, *, today: date, now: datetime
) -> list[EditorialChange]:
    """The latest change of each kind that holds for the issue of `day`, or without it for today's and all later ones.

    `changes` are those of an edition, oldest first.
    """
    latest = {(change.slot, change.override.key, change.override.kind): change for change in changes}
    return [
        change
        for change in sorted(latest.values(), key=lambda one: (one.override.at, one.id))
        if _is_wanted(change, day, today) and (change.override.until is None or change.override.until > now)
    ]


def section_fault(section: str, edition: EditionSettings) -> str:
    """Why an article of that section would not be in the edition; empty where it can be."""
    shown = edition.sections
    if not shown or section.casefold() in {name.casefold() for name in shown}:
        return ""
    return f"the edition {edition.name} has no section {section!r}; it has: {', '.join(shown)}"


def _is_wanted(change: EditorialChange, day: date | None, today: date) -> bool:
    slot_day = change.slot.day if change.slot else None
    return slot_day is None or (slot_day == day if day else slot_day >= today)
