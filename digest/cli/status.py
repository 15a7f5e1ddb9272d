"""`digest editions`, `status`, `pause` and `cancel`: what was published, where it stands, and how to stop it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from digest import bootstrap
from digest.app import App
from digest.cli.options import clock, config_option, json_option, named_issue, say_json
from digest.errors import IssueError
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.settings.load import find_settings
from digest.timetable import next_moment

_LATEST = 100
_NARROWEST = 100  # columns: below it the reasons fold to two letters a line
_GOING = frozenset({IssueState.FROZEN, IssueState.SENDING})


@click.command()
@json_option
@config_option
def editions(as_json: bool, config: Path | None) -> None:
    """Show what was published: the latest 100 issues, newest first."""
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        rows = [_issue(record, parts) for record in parts.issues.history(None, _LATEST)]
    if as_json:
        say_json(rows)
        return
    _print(("edition", "slot", "state", "audience", "frozen_at", "reason"), rows, "nothing was published yet")


@click.command()
@click.option("--due", "due_next", is_flag=True, help="Show when each edition is due next.")
@json_option
@config_option
def status(due_next: bool, as_json: bool, config: Path | None) -> None:
    """Show where each recipient of each issue stands; the parts always add up to the audience.

    `unknown` are messages whose end left and got no answer: they may have arrived. `send --resend-unknown` sends them
    again, on your word.
    """
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        rows = _due(parts) if due_next else [_standing(*row) for row in parts.deliveries.status()]
        latest = parts.issues.history(None, _LATEST)
    if as_json:
        say_json(rows)
        return
    if due_next:
        _print(("edition", "slot", "at"), rows, "there is no edition")
    else:
        _print(
            ("edition", "slot", "state", "audience", "deliveries"),
            [_in_words(row) for row in rows],
            "nothing was frozen yet",
        )
        for one in latest:
            if one.state is IssueState.HELD:
                click.echo(f"{one.edition}/{one.slot} is held: {one.reason}; `digest send --force` lets it go")


@click.command()
@click.argument("issue", metavar="EDITION/SLOT")
@config_option
def pause(issue: str, config: Path | None) -> None:
    """Stop an issue for now; messages in flight are finished, and `digest send --resume` goes on."""
    _stop(issue, config, IssueState.PAUSED)


@click.command()
@click.argument("issue", metavar="EDITION/SLOT")
@config_option
def cancel(issue: str, config: Path | None) -> None:
    """Stop an issue for good: whoever has not got it yet will not."""
    _stop(issue, config, IssueState.CANCELLED)


def _stop(issue: str, config: Path | None, to: IssueState) -> None:
    with bootstrap.open_parts(find_settings(config), clock()) as parts:
        record = known_issue(parts, issue)
        if to is IssueState.CANCELLED:
            moved = parts.deliveries.cancel(record.id, parts.clock.now())
        else:
            moved = parts.issues.move(record.id, _GOING, to, reason="paused by hand", now=parts.clock.now())
    if record.state is to:
        raise IssueError(f"{issue} is {to} already")
    if not moved:
        raise IssueError(f"{issue} is {record.state}: it cannot be {to}")
    click.echo(f"{issue}: {to}")


def known_issue(parts: App, text: str) -> IssueRecord:
    """The issue that EDITION/SLOT names; raises IssueError."""
    edition, slot = named_issue(text)
    record = parts.issues.find(edition, slot)
    if record is None:
        raise IssueError(f"there is no issue {text}; `digest editions` shows what there is")
    return record


def _issue(record: IssueRecord, parts: App) -> dict[str, Any]:
    return {
        "edition": record.edition,
        "slot": str(record.slot),
        "state": str(record.state),
        "audience": parts.deliveries.tally(record.id).audience,
        "window_start": record.window.start.isoformat(),
        "window_end": record.window.end.isoformat(),
        "frozen_at": record.frozen_at.isoformat() if record.frozen_at else None,
        "reason": record.reason,
    }


def _standing(record: IssueRecord, tally: Tally) -> dict[str, Any]:
    counts = {str(state): tally[state] for state in DeliveryState}
    named = {"edition": record.edition, "slot": str(record.slot), "state": str(record.state)}
    return {**named, "audience": tally.audience, **counts}


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """The same for a person: the states that somebody is in."""
    return {**row, "deliveries": ", ".join(f"{row[state]} {state}" for state in DeliveryState if row[state])}


def _due(parts: App) -> list[dict[str, Any]]:
    now = parts.clock.now()
    coming = [(edition.name, *next_moment(edition, parts.zone, now)) for edition in parts.settings.editions]
    return [
        {"edition": name, "slot": str(slot), "at": at.astimezone(parts.zone).isoformat()}
        for name, slot, at in sorted(coming, key=lambda row: row[2])
    ]


def _print(columns: Sequence[str], rows: Sequence[dict[str, Any]], nothing: str) -> None:
    if not rows:
        click.echo(nothing)
        return
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.replace("_", " "), no_wrap=column not in {"reason", "deliveries"}, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
    console = Console()
    console.print(table, width=max(console.width, _NARROWEST))
