"""`digest status`: how many recipients of each issue are in which state, and what is due next."""

from pathlib import Path
from typing import Any

import click

from digest import bootstrap
from digest.app import App
from digest.cli.options import clock, config_option, json_option
from digest.cli.output import print_json, print_table
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.settings.load import find_settings
from digest.timetable import required_moment

_RECENT = 100  # issues among which held ones are looked for


@click.command()
@click.option("--due", "due_next", is_flag=True, help="Show when each edition is due next.")
@json_option
@config_option
def status(due_next: bool, as_json: bool, config: Path | None) -> None:
    """Show how many recipients of each issue are in which state.

    The numbers of an issue always add up to its audience. `unknown` are messages that were sent but never confirmed
    by the server: they may have arrived. `digest send --resend-unknown` sends them again.
    """
    with bootstrap.open_app(find_settings(config), clock()) as app:
        rows = _due_next(app) if due_next else [_tally_json(*row) for row in app.tallies.of_frozen_issues()]
        held = [one for one in app.issues.history(None, _RECENT) if one.state is IssueState.HELD]
    if as_json:
        print_json(rows)
    elif due_next:
        print_table(("edition", "slot", "at"), rows, empty="the configuration has no editions")
    else:
        columns = ("edition", "slot", "state", "audience", "deliveries")
        print_table(columns, [_with_summary(row) for row in rows], empty="no issue has been frozen yet")
        for one in held:
            click.echo(f"{one.edition}/{one.slot} is held: {one.reason}; `digest send --force` sends it")


def _tally_json(record: IssueRecord, tally: Tally) -> dict[str, Any]:
    counts = {str(state): tally[state] for state in DeliveryState}
    issue = {"edition": record.edition, "slot": str(record.slot), "state": str(record.state)}
    return {**issue, "audience": tally.audience, **counts}


def _with_summary(row: dict[str, Any]) -> dict[str, Any]:
    """The row with a column that lists the states that occur, such as `3 sent, 1 bounced`."""
    return {**row, "deliveries": ", ".join(f"{row[state]} {state}" for state in DeliveryState if row[state])}


def _due_next(app: App) -> list[dict[str, Any]]:
    slots = [(edition, app.coming_slot(edition)) for edition in app.settings.editions]
    coming = [(edition.name, slot, required_moment(edition, slot, app.zone)) for edition, slot in slots]
    return [
        {"edition": name, "slot": str(slot), "at": at.astimezone(app.zone).isoformat()}
        for name, slot, at in sorted(coming, key=lambda row: row[2])
    ]
