"""`digest status`: how many recipients of each issue are in which state, and what is due next."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.addresses import parse_address
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import TEXT
from digest.cli.arguments.slots import find_issue
from digest.cli.arguments.times import readable_time
from digest.cli.installation import own_or_sample_settings
from digest.cli.output.hosts import host_notices
from digest.cli.output.later import later_notice
from digest.cli.output.reports import (
    is_unfinished,
    on_screen,
    print_json,
    print_json_list,
    print_left_out,
    print_listing,
    reason_of,
)
from digest.cli.ramp import ramp_notices
from digest.cli.receivers import receiver_notices
from digest.cli.storage import print_storage
from digest.diagnostics.alerts.alert_advice import is_former, send_command
from digest.diagnostics.readable_size import readable_size
from digest.errors import IssueError
from digest.model.deliveries import DeliveryState, LaterMessages, Recipient, Tally
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.quantities import counted
from digest.timetable import required_moment

_NOTES = {
    "without_articles": "got nothing: no article of their topics",
    "over_limit": "got all topics: too many different choices",
    "had_all": "got nothing: they had every article",
    "repeated": "may see an article again: too many different histories",
}
_RECENT = 100  # issues among which held ones are looked for


class _FrozenIssue(NamedTuple):
    """A frozen issue, its numbers, and those of its messages that wait for the hour of their reader, if any."""

    record: IssueRecord
    tally: Tally
    later: LaterMessages | None


class _ComingIssue(NamedTuple):
    """The next issue of an edition, and when it is due."""

    edition: str
    slot: Slot
    at: datetime


@click.command(
    epilog="""\b
    Examples:
      digest status
      digest status daily/2026-10-01 --list bounced
      digest status --reader anna@readers.example
      digest status --storage
    """
)
@click.argument("issue", type=TEXT, metavar="[EDITION/SLOT]", required=False)
@click.option(
    "--list",
    "state",
    type=click.Choice([str(state) for state in DeliveryState]),
    metavar="STATE",
    help="List the recipients of EDITION/SLOT in this state, with the server's reply.",
)
@click.option("--reader", type=TEXT, metavar="ADDRESS", help="Show what became of this reader's messages.")
@click.option("--storage", is_flag=True, help="Show how large the database is, and what it holds.")
@click.option("--due", "due_next", is_flag=True, help="Show when each edition is due next.")
@json_option
@config_option
def status(
    issue: str | None,
    state: str | None,
    reader: str | None,
    storage: bool,
    due_next: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """Show how many recipients of each issue are in which state.

    The numbers of an issue always add up to its audience. `unknown` are messages that were sent but never confirmed
    by the server: they may have arrived. `digest send --resend-unknown` sends them again. Receivers that refuse or
    throttle this sender are paused alone: they are listed below the issues, with the alerts.
    """
    _require_one_question(issue, state, reader, storage=storage, due_next=due_next)
    with bootstrap.open_app(own_or_sample_settings(config), clock()) as app:
        if storage:
            print_storage(app, as_json=as_json)
        elif state or reader:
            _show_recipients(app, issue, state, reader, as_json=as_json)
        elif due_next:
            _show_due(app, as_json=as_json)
        else:
            _show_issues(app, issue, as_json=as_json)


def _show_recipients(app: App, issue: str | None, state: str | None, reader: str | None, *, as_json: bool) -> None:
    recipients = _recipients(app, issue, state, reader)
    if as_json:
        print_json_list(_recipient_json(one, with_issue=bool(reader)) for one in recipients)
    else:
        if reader:
            _print_messages(app, list(recipients))
        else:
            _print_recipients(app, recipients)
        _print_folded(app, None if reader else issue)


def _show_due(app: App, *, as_json: bool) -> None:
    coming = _coming(app)
    if as_json:
        print_json([_due_json(app, one) for one in coming])
    else:
        now = app.clock.now()
        rows = [((f"{one.edition}/{one.slot}", readable_time(one.at, app.zone, now)), "") for one in coming]
        print_listing(("issue", "due"), rows, empty="the configuration has no editions")


def _show_issues(app: App, issue: str | None, *, as_json: bool) -> None:
    """Show the numbers of frozen issues, and below them what is held or paused."""
    frozen = _frozen_issues(app, issue)
    if as_json:
        print_json([_frozen_json(one) for one in frozen])
        return
    unfrozen = find_issue(app, issue) if issue and not frozen else None
    shown = on_screen(frozen, lambda one: is_unfinished(one.record))
    rows = [((one.record.name, one.record.state, one.tally.audience), _summary(app, one)) for one in shown]
    held = [_held_notice(app, one) for one in app.issues.history(None, _RECENT) if one.state is IssueState.HELD]
    size = f"database: {readable_size(app.database_health.size())}"
    notices = [*held, *receiver_notices(app), *ramp_notices(app), *host_notices(app), size]
    print_listing(("issue", "state", "readers"), rows, empty=_nothing_frozen(unfrozen))
    print_left_out(len(frozen) - len(shown), "issue")
    for notice in notices:
        click.echo(notice)


def _held_notice(app: App, record: IssueRecord) -> str:
    """Why an issue is held, and the command that helps; one of an edition that was removed cannot be made any more."""
    sends, cancels = f"{send_command(record.edition, record.slot)} --force", f"digest cancel {record.name}"
    command = f"`{cancels}` gives it up" if is_former(app, record.edition) else f"`{sends}` sends it"
    return f"{record.name} is held: {reason_of(record)}; {command}"


def _require_one_question(
    issue: str | None, state: str | None, reader: str | None, *, storage: bool, due_next: bool
) -> None:
    """Raise a usage error for options that exclude each other."""
    if state and not issue:
        raise click.UsageError("--list needs the issue: digest status EDITION/SLOT --list STATE")
    of_all = due_next or storage
    if (state and reader) or (due_next and storage) or (of_all and (issue or state or reader)):
        raise click.UsageError("--due, --list, --reader and --storage answer different questions; use one of them")


def _frozen_issues(app: App, issue: str | None) -> list[_FrozenIssue]:
    """All frozen issues, or the one that is named; raises IssueError."""
    if issue is None:
        found = app.tallies.of_frozen_issues()
    else:
        record = find_issue(app, issue)
        found = [(record, app.tallies.of_issue(record.id))] if record.frozen_at is not None else []
    later = app.later_messages()
    return [_FrozenIssue(record, tally, later.get(record.id)) for record, tally in found]


def _recipients(app: App, issue: str | None, state: str | None, reader: str | None) -> Iterable[Recipient]:
    """The recipients in a state, or one reader's rows; raises IssueError."""
    record = find_issue(app, issue) if issue else None
    if record is not None and state:
        return app.recipients.each_in_state(record.id, DeliveryState(state))
    found = app.recipients.of_reader(parse_address(reader or "", "--reader"), record.id if record else None)
    if found is None:
        raise IssueError("nobody has this address; `digest subscribers list` lists the subscribers")
    return found


def _print_recipients(app: App, recipients: Iterable[Recipient]) -> None:
    rows = ((_recipient_cells(app, one, by_issue=False), one.text or "") for one in recipients)
    print_listing(("address", "code", "at"), rows, empty="no recipient")


def _print_messages(app: App, messages: Sequence[Recipient]) -> None:
    """Print one reader's messages, the latest first."""
    shown = on_screen(messages)
    rows = [(_recipient_cells(app, one, by_issue=True), one.text or "") for one in shown]
    print_listing(("issue", "state", "code", "at"), rows, empty="no recipient")
    print_left_out(len(messages) - len(shown), "message")


def _print_folded(app: App, issue: str | None) -> None:
    """Say what is missing from the list because the retention has deleted it."""
    if issue is not None:
        folded = app.tallies.of_issue(find_issue(app, issue).id).folded
        if folded:
            click.echo(f"of {counted(folded, 'more message')} of this issue only the number in each state is kept")
    elif (moment := app.folding.folded_before()) is not None:
        when = readable_time(moment, app.zone, app.clock.now())
        click.echo(f"messages of issues up to {when} are missing: only their number is kept")


def _recipient_cells(app: App, one: Recipient, *, by_issue: bool) -> tuple[str, ...]:
    named = (f"{one.edition}/{one.slot}", str(one.state)) if by_issue else (one.address,)
    code = f"{one.code or ''} {one.enhanced or ''}".strip()
    return (*named, code, readable_time(one.at, app.zone, app.clock.now()) if one.at else "-")


def _recipient_json(recipient: Recipient, *, with_issue: bool) -> dict[str, Any]:
    issue = {"edition": recipient.edition, "slot": str(recipient.slot)} if with_issue else {}
    return {
        "address": recipient.address,
        "state": str(recipient.state),
        "code": recipient.code,
        "text": recipient.text,
        "at": recipient.at.isoformat() if recipient.at else None,
        **issue,
    }


def _frozen_json(frozen: _FrozenIssue) -> dict[str, Any]:
    record, tally, later = frozen
    counts = {str(state): tally[state] for state in DeliveryState}
    issue = {"edition": record.edition, "slot": str(record.slot), "state": str(record.state)}
    topics = {name: getattr(record, name) for name in _NOTES}
    due = {"later": later.number if later else 0, "last_due": later.last_due.isoformat() if later else None}
    return {**issue, "audience": tally.audience, **counts, "folded": tally.folded, **topics, **due}


def _summary(app: App, frozen: _FrozenIssue) -> str:
    """The states that occur, such as `3 sent, 1 bounced`, and who was planned otherwise than they chose."""
    record, tally, later = frozen
    states = tally.summary
    folded = [f"{tally.folded} kept as numbers only"] if tally.folded else []
    postponed = [later_notice(app, record, later)] if later else []
    notes = [f"{number} {what}" for name, what in _NOTES.items() if (number := getattr(record, name))]
    return "; ".join(filter(None, [states, *folded, *postponed, *notes]))


def _nothing_frozen(named: IssueRecord | None) -> str:
    """Why there is no tally: of the issue that was named, or of any. The reason of a held one is printed below."""
    if named is None:
        return "no issue has recipients yet"
    why = f" ({reason_of(named)})" if named.reason and named.state is not IssueState.HELD else ""
    return f"{named.name} is {named.state}{why}; it has no recipients"


def _coming(app: App) -> list[_ComingIssue]:
    """The next issue of each edition and when it is due, the first one first."""
    slots = [(edition, app.coming_slot(edition)) for edition in app.settings.all_editions]
    coming = [_ComingIssue(edition.name, slot, required_moment(edition, slot, app.zone)) for edition, slot in slots]
    return sorted(coming, key=lambda one: one.at)


def _due_json(app: App, coming: _ComingIssue) -> dict[str, Any]:
    return {"edition": coming.edition, "slot": str(coming.slot), "at": coming.at.astimezone(app.zone).isoformat()}
