"""Which issue a command is about, and whether there is anybody to ask for it."""

from datetime import date

from digest.app import App
from digest.errors import ConfigurationError
from digest.model.issues import Slot
from digest.settings.schema import EditionSettings
from digest.timetable import coming_slot, required_moment


def chosen_slot(parts: App, edition: EditionSettings, day: date | None, *, today: bool = False) -> Slot:
    """The slot of the date that was named; else today's where that is asked, or the one that `run` would make next."""
    now = parts.clock.now()
    if day is None and not today:
        taken = [issue.slot for issue in parts.history(edition) if issue.frozen_at]
        return coming_slot(edition, parts.zone, now, taken)
    slot = Slot(day=day or now.astimezone(parts.zone).date())
    required_moment(edition, slot, parts.zone)
    return slot


def require_sources(parts: App) -> None:
    """Raise ConfigurationError where there is nobody to ask."""
    if not parts.sources and not parts.counter_lookups:
        raise ConfigurationError("the configuration names no source; add [[sources]] (or try --feed ADDRESS)")
