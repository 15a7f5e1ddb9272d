"""`digest cancel`: stop sending an issue for good."""

from pathlib import Path

import click

from digest import bootstrap
from digest.cli.arguments.options import clock, config_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.slots import find_issue
from digest.cli.installation import own_settings
from digest.errors import IssueError
from digest.model.issues import IssueState


@click.command(epilog="Example: digest cancel daily/2026-10-01")
@click.argument("issue", type=TEXT, metavar="EDITION/SLOT")
@config_option
def cancel(issue: str, config: Path | None) -> None:
    """Stop sending an issue for good.

    Subscribers who have not received it yet will not receive it.
    """
    with bootstrap.open_app(own_settings(config), clock()) as app:
        record = find_issue(app, issue)
        if record.state is IssueState.CANCELLED:
            raise IssueError(f"{issue} is already cancelled")
        if not app.issues.cancel(record.id, app.clock.now()):
            raise IssueError(
                f"{issue} is {record.state} and cannot be cancelled; `digest status` lists what is being sent"
            )
    click.echo(f"{issue}: cancelled")
