"""`digest demo`: the whole system on a sample portal, with an inbox of its own."""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click

from digest.cli.arguments.options import clock
from digest.cli.output.reports import on_terminal
from digest.cli.signals import stopped_by_signal
from digest.demo.stage import Demo, make_clock, open_demo
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueRecord

_SECOND = timedelta(seconds=1)


@click.command()
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
def demo(no_browser: bool) -> None:
    """Try the whole system on a sample portal: console, readers' pages, and an inbox that receives the mail.

    A day takes two minutes. Everything runs in this process and in a temporary folder, needs no network, and sends
    no mail anywhere else. A tour in the console shows what to look at. Ctrl-C ends it and removes the folder.
    """
    _require_no_configuration()
    logging.getLogger("digest").setLevel(_log_level())
    process_clock = make_clock(clock())
    with (
        tempfile.TemporaryDirectory(prefix="digest-demo-") as folder,
        stopped_by_signal(process_clock),
        open_demo(Path(folder), process_clock) as opened,
    ):
        click.echo("\n".join(_introduction(opened, folder)))
        if not no_browser and _has_display():
            click.launch(opened.start_url)
        opened.run((_SECOND, _announcing(opened)))
    click.echo(f"{_line_start()}stopped; {folder} is removed")


def _line_start() -> str:
    """At a terminal, the beginning of the line where it shows `^C`."""
    return "\r" if on_terminal() else ""


def _require_no_configuration() -> None:
    parent = click.get_current_context().parent
    if parent is not None and parent.params.get("config") is not None:
        raise click.UsageError("`digest demo` has a portal of its own; leave out --config")


def _log_level() -> int:
    """Warnings only, unless more is wanted: what happens is on the pages."""
    parent = click.get_current_context().parent
    return logging.DEBUG if parent is not None and parent.params.get("verbose") else logging.WARNING


def _has_display() -> bool:
    """Whether a browser could show a window: without one a text browser might take over the terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _introduction(demo: Demo, folder: str) -> Iterator[str]:
    yield f"{demo.app.settings.portal.name}: a day takes two minutes, and no mail leaves this machine.\n"
    yield "Open this address, which works once; it leads to a tour of six steps:"
    yield f"  {demo.start_url}\n"
    yield f"  the newspaper     {demo.origin}"
    yield f"  pages of readers  {demo.readers_url}"
    yield f"  inbox             {demo.inbox_url}"
    yield f"  mail server       127.0.0.1:{demo.smtp_port}"
    yield f"  folder            {folder}\n"
    yield "Ctrl-C ends the demo and removes its folder."


def _announcing(demo: Demo) -> Callable[[], None]:
    """What prints a line for each issue of which all messages have arrived."""
    announced: set[int] = set()

    def announce() -> None:
        for record in reversed(demo.app.issues.history(None, len(demo.app.settings.editions) * 2)):
            if record.id not in announced and record.frozen_at is not None:
                line = _announcement(demo, record)
                if line:
                    announced.add(record.id)
                    click.echo(line)

    return announce


def _announcement(demo: Demo, record: IssueRecord) -> str:
    """The line about an issue; empty while it is being sent."""
    tally = demo.app.tallies.of_issue(record.id)
    if tally[DeliveryState.SENT] < tally.audience:
        return ""
    moment = (record.frozen_at or record.window.end).astimezone(demo.app.zone)
    return f"{moment:%a %d %b %H:%M}  {record.name}: {tally.audience} messages are in the inbox"
