"""`digest editions`: the latest issues and their states."""

from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.times import readable_time
from digest.cli.installation import own_or_sample_settings
from digest.cli.output.reports import (
    Row,
    is_unfinished,
    on_screen,
    print_json,
    print_left_out,
    print_listing,
    reason_of,
)
from digest.model.issues import IssueRecord
from digest.model.quantities import counted

_LATEST = 100  # issues that are listed


@click.command()
@json_option
@config_option
def editions(as_json: bool, config: Path | None) -> None:
    """List the latest 100 issues of all editions, newest first, with their states."""
    with bootstrap.open_app(own_or_sample_settings(config), clock()) as app:
        records = app.issues.history(None, _LATEST)
        if as_json:
            print_json([_issue_json(record, app) for record in records])
        else:
            shown = on_screen(records, is_unfinished)
            rows = [_row(one, app) for one in shown]
            print_listing(("issue", "state", "readers", "made"), rows, empty="no issues yet")
            print_left_out(len(records) - len(shown), "issue")


def _row(record: IssueRecord, app: App) -> Row:
    made = readable_time(record.frozen_at, app.zone, app.clock.now()) if record.frozen_at else "-"
    tally = app.tallies.of_issue(record.id)
    cells = (f"{record.edition}/{record.slot}", record.state, tally.audience, made)
    folded = f"{counted(tally.folded, 'reader')} kept as numbers only" if tally.folded else ""
    return cells, "; ".join(filter(None, [reason_of(record), folded]))


def _issue_json(record: IssueRecord, app: App) -> dict[str, Any]:
    tally = app.tallies.of_issue(record.id)
    return {
        "edition": record.edition,
        "slot": str(record.slot),
        "state": str(record.state),
        "audience": tally.audience,
        "folded": tally.folded,
        "window_start": record.window.start.isoformat(),
        "window_end": record.window.end.isoformat(),
        "frozen_at": record.frozen_at.isoformat() if record.frozen_at else None,
        "reason": record.reason,
        "clicks": app.issue_links.clicks(record.id),
    }
