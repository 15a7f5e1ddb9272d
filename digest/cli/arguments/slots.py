"""Which issue a command is about, and whether there are sources and sections for it."""

from collections.abc import Sequence
from datetime import date, timedelta

from digest.app import App
from digest.cli.arguments.options import parse_issue_name
from digest.cli.output.log_format import remark
from digest.diagnostics.sections import section_faults
from digest.errors import ConfigurationError, IssueError, SourceError
from digest.model.articles import Collected, RankedArticle
from digest.model.issues import IssueRecord, Slot
from digest.settings.schema import EditionSettings
from digest.timetable import required_moment


def choose_slot(app: App, edition: EditionSettings, day: date | None, *, today: bool = False) -> Slot:
    """The slot of `day`; without it today's where `today` is set, else the next one that `digest run` would make."""
    if day is None and not today:
        return app.coming_slot(edition)
    slot = Slot(day=day) if day is not None else Slot.of(app.clock.now(), app.zone)
    required_moment(edition, slot, app.zone)
    return slot


def early_notice(app: App, edition: EditionSettings, slot: Slot) -> str | None:
    """When the slot is due and what its issue would lack if it was sent now; None once it is due."""
    due_at, now = required_moment(edition, slot, app.zone), app.clock.now()
    if now >= due_at:
        return None
    local = due_at.astimezone(app.zone)
    day = "" if local.date() == now.astimezone(app.zone).date() else f"on {local:%Y-%m-%d} "
    span = _format_span(due_at - now)
    return f"{edition.name}/{slot} is due {day}at {local:%H:%M}, in {span}; articles until then will be missing"


def _format_span(span: timedelta) -> str:
    """A span such as `19 h 39 min`, rounded up to a minute."""
    minutes = -(-span // timedelta(minutes=1))
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


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


def print_unknown_sections(app: App, edition: EditionSettings) -> None:
    """Print on standard error which of the edition's sections no source has."""
    for fault in section_faults(app, edition):
        remark(fault)


def require_articles(collected: Collected, ranked: Sequence[RankedArticle]) -> None:
    """Raise SourceError where every source failed and the window has no article."""
    if collected.reports and all(report.error for report in collected.reports) and not ranked:
        raise SourceError("every source failed, and the database has no articles of this window")
