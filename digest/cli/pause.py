"""`digest pause`: stop sending an issue for now."""

from pathlib import Path

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.slots import find_issue
from digest.cli.installation import own_settings
from digest.errors import IssueError
from digest.model.issues import IssueState


@click.command(epilog="Example: digest pause daily/2026-10-01")
@click.argument("issue", type=TEXT, metavar="EDITION/SLOT")
@config_option
def pause(issue: str, config: Path | None) -> None:
    """Stop sending an issue for now.

    Messages in flight are finished. `digest send --resume EDITION/SLOT` continues.
    """
    with bootstrap.open_app(own_settings(config), clock()) as app:
        record = find_issue(app, issue)
        if record.state is IssueState.PAUSED:
            raise IssueError(f"{issue} is already paused")
        if not app.issues.pause(record.id, "paused by hand", app.clock.now()):
            raise IssueError(
                f"{issue} is {record.state} and cannot be paused; `digest status` lists what is being sent"
            )
    click.echo(f"{issue}: paused")
