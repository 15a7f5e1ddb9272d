"""Which issue a command is about, and whether there are sources for it."""

from datetime import date

from digest.app import App
from digest.cli.options import parse_issue_name
from digest.errors import ConfigurationError, IssueError
from digest.model.issues import IssueRecord, Slot
from digest.settings.schema import EditionSettings
from digest.timetable import coming_slot, required_moment


def choose_slot(app: App, edition: EditionSettings, day: date | None, *, today: bool = False) -> Slot:
    """The slot of `day`; without it today's where `today` is set, else the next one that `digest run` would make."""
    now = app.clock.now()
    if day is None and not today:
        taken = [issue.slot for issue in app.history(edition) if issue.frozen_at]
        return coming_slot(edition, app.zone, now, taken)
    slot = Slot(day=day or now.astimezone(app.zone).date())
    required_moment(edition, slot, app.zone)
    return slot


def find_issue(app: App, text: str) -> IssueRecord:
    """The issue that EDITION/SLOT names; raises IssueError."""
    edition, slot = parse_issue_name(text)
    record = app.issues.find(edition, slot)
    if record is None:
        raise IssueError(f"there is no issue {text}; `digest editions` lists the issues")
    return record


def require_sources(app: App) -> None:
    """Raise ConfigurationError where the configuration names no source."""
    if not app.sources and not app.counter_lookups:
        raise ConfigurationError("the configuration names no source; add [[sources]], or try --feed URL_OR_FILE")
