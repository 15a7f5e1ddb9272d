"""Options that several commands share, and how they say what they did."""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from digest.clock import SystemClock
from digest.model.articles import SourceReport
from digest.model.issues import Slot
from digest.parsing.urls import web_url

F = TypeVar("F", bound=Callable[..., Any])

_FIRST_YEAR, _LAST_YEAR = 1970, 9000  # no window around a day of these leaves the calendar


def config_option(command: F) -> F:
    """`--config FILE`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The configuration file.  [default: config/digest.toml, else the built-in sample portal]",
    )(command)


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program to read.")(command)


def issue_options(default: str) -> Callable[[F], F]:
    """`--edition NAME` and `--date YYYY-MM-DD`; `default` says which issue is meant without a date."""
    edition = click.option("--edition", "edition_name", metavar="NAME", help="The edition.  [default: the first one]")
    day = click.option(
        "--date",
        "day",
        metavar="YYYY-MM-DD",
        callback=_day,
        help=f"The issue of that day: its window ends at that day's `at`.  [default: {default}]",
    )
    return lambda command: edition(day(command))


def clock() -> SystemClock:
    """The clock of this process; tests put another in its place."""
    return SystemClock()


@contextmanager
def stopped_by_signal(stopped: SystemClock) -> Iterator[None]:
    """For the time of the block SIGTERM and Ctrl-C stop the clock: whoever watches it ends in good order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def named_issue(text: str) -> tuple[str, Slot]:
    """EDITION/SLOT as `digest status` shows it; raises a usage error."""
    edition, _, slot = text.partition("/")
    try:
        return edition, Slot.parse(slot)
    except ValueError:
        raise click.UsageError(f"expected EDITION/SLOT such as daily/2026-10-01, not {text!r}") from None


def moment_option(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A moment as a person writes it, in the portal's zone: `18:00`, `2026-10-01`, `2026-10-01 18:00` or ISO."""
    local = now.astimezone(zone)
    try:
        if len(text) <= len("18:00"):
            return datetime.combine(local.date(), time.fromisoformat(text), zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.UsageError(f"expected a time such as 18:00, 2026-10-01 or 2026-10-01T18:00, not {text!r}") from None


def article_url(text: str) -> str:
    """An article's address; raises a usage error."""
    url = web_url(text)
    if url is None:
        raise click.UsageError(f"expected an article's address such as https://gazette.example/news/1, not {text!r}")
    return url


def say_json(answer: Any) -> None:
    """The answer on standard output, as JSON."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def say_report(report: SourceReport) -> None:
    """One source's visit, a line on standard error."""
    if report.error is not None:
        says = report.error.removeprefix(f"source {report.source}: ")
        click.echo(f"digest: source {report.source} failed: {says}", err=True)
        return
    what = "unchanged since the last visit" if report.visit.unchanged else f"{len(report.visit.sightings)} items"
    click.echo(f"{report.source}: {what}" + "".join(f"; {note}" for note in report.visit.notes), err=True)


def say_doubts(doubts: Sequence[str]) -> None:
    """What makes an issue look wrong, a line on standard error; nothing where it looks as it should."""
    if doubts:
        click.echo(f"this issue would be held: {'; '.join(doubts)}", err=True)


def report_answer(report: SourceReport) -> dict[str, Any]:
    """One source's visit, as a program reads it."""
    return {
        "source": report.source,
        "items": len(report.visit.sightings),
        "unchanged": report.visit.unchanged,
        "error": report.error,
        "notes": list(report.visit.notes),
    }


def _day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value) if value is not None else None
        if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError(value)
    except ValueError:
        raise click.BadParameter(f"expected a date such as 2026-10-01, not {value!r}") from None
    return day
