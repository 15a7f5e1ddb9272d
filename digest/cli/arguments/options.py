"""Options and arguments that several commands share, and the clock that they use."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from digest.cli.arguments.parameters import TEXT, FilePath
from digest.cli.output.log_format import fitted
from digest.clock import SystemClock
from digest.errors import DigestError
from digest.model.issues import Slot
from digest.parsing.urls import web_url

F = TypeVar("F", bound=Callable[..., Any])

_FIRST_YEAR, _LAST_YEAR = 1970, 9000  # the window around a day of these years fits into the calendar


def config_option(command: F) -> F:
    """`--config FILE`, which is accepted before the command too."""
    return click.option(
        "--config",
        type=FilePath(),
        metavar="FILE",
        callback=_config_of_group,
        help="The configuration file.  [default: config/digest.toml, else the built-in sample portal]",
    )(command)


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def issue_options(default: str) -> Callable[[F], F]:
    """`--edition NAME` and `--date YYYY-MM-DD`; the help names `default` as the issue that is used without a date."""
    edition = click.option(
        "--edition", "edition_name", type=TEXT, metavar="NAME", help="The edition.  [default: the first one]"
    )
    day = click.option(
        "--date",
        "day",
        metavar="YYYY-MM-DD",
        callback=_parse_day,
        help=f"The issue of that day; its window ends at the edition's hour.  [default: {default}]",
    )
    return lambda command: edition(day(command))


def clock() -> SystemClock:
    """The clock of this process; tests replace it."""
    return SystemClock()


def require_consent(question: str, *, yes: bool, refused: str) -> None:
    """Ask the question, unless `yes`.

    Raises DigestError with `refused` (what was not done) after a no, and a usage error where there is no terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        command = click.get_current_context().command_path
        raise click.UsageError(f"`{command}` asks for confirmation, and there is no terminal; add --yes")
    if not click.confirm(fitted(f"{question} [y/N]:"), show_default=False, prompt_suffix=" "):
        raise DigestError(f"cancelled; {refused}")


def parse_issue_name(text: str) -> tuple[str, Slot]:
    """Split EDITION/SLOT, as `digest status` shows it; raises a usage error."""
    edition, _, slot = text.partition("/")
    try:
        return edition, Slot.parse(slot)
    except ValueError:
        raise click.UsageError(f"expected EDITION/SLOT such as daily/2026-10-01, not {text!r}") from None


def parse_until(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read `18:00` (today), `2026-10-01`, `2026-10-01 18:00` or an ISO moment, in the portal's zone; to UTC.

    Raises a usage error.
    """
    local = now.astimezone(zone)
    try:
        if len(text) <= len("18:00"):
            return datetime.combine(local.date(), time.fromisoformat(text), zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.UsageError(f"expected a time such as 18:00, 2026-10-01 or 2026-10-01T18:00, not {text!r}") from None


def parse_article_url(text: str) -> str:
    """Check an article's address; raises a usage error."""
    url = web_url(text)
    if url is None:
        raise click.UsageError(f"expected an article's address such as https://gazette.example/news/1, not {text!r}")
    return url


def _config_of_group(context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    """The file given to this command, else to the group before it."""
    parent = context.parent
    return value if value is not None or parent is None else parent.params.get("config")


def _parse_day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value) if value is not None else None
        if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError(value)
    except ValueError:
        raise click.BadParameter(f"expected a date such as 2026-10-01, not {value!r}") from None
    return day
