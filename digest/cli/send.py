"""`digest send`: an issue to its audience, once; or a test of it; or its messages into a folder."""

import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.options import (
    clock,
    config_option,
    issue_options,
    say_doubts,
    say_report,
    stopped_by_signal,
)
from digest.cli.progress import Meter, Pace
from digest.cli.slots import chosen_slot, require_sources
from digest.cli.status import known_issue
from digest.clock import SystemClock
from digest.errors import ConfigurationError, IssueError, MailError
from digest.model.deliveries import Claim, DeliveryState, Outcome, Outgoing, Receipt, Tally
from digest.model.issues import IssueRecord, IssueState
from digest.model.subscribers import SubscriberStatus
from digest.parsing.addresses import check_address
from digest.pipeline import IssueRun, recipient, unrecorded_messages
from digest.settings.load import find_settings, is_sample
from digest.settings.schema import EditionSettings, Settings

_OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.DEFERRED)
_ENDS = (Outcome.SENT, Outcome.BOUNCED, Outcome.UNKNOWN)


@click.command()
@issue_options("today's; for a test the issue that is next")
@click.option("--to", "addresses", multiple=True, metavar="ADDRESS", help="Send a test there instead; may be repeated.")
@click.option(
    "--outbox",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each message as an .eml file into DIR instead of sending it.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a full send.")
@click.option("--wait", is_flag=True, help="Stay for messages that must be tried again later.")
@click.option("--force", is_flag=True, help="Let a held issue go.")
@click.option("--resume", metavar="EDITION/SLOT", help="Go on with that issue, also a paused one.")
@click.option("--resend-unknown", metavar="EDITION/SLOT", help="Send again what may or may not have arrived.")
@config_option
def send(
    edition_name: str | None,
    day: date | None,
    addresses: tuple[str, ...],
    outbox: Path | None,
    yes: bool,
    wait: bool,
    force: bool,
    resume: str | None,
    resend_unknown: str | None,
    config: Path | None,
) -> None:
    """Send an issue now: to the edition's audience, once, or a test of it.

    An issue that exists already is gone on with: nobody gets it twice. --to and --outbox freeze nothing and mark
    nothing as used or sent.

    \b
    digest send --to me@gazette.example      a test to one address
    digest send --outbox /tmp/outbox         every message as a file
    digest send --yes                        today's issue to its audience
    """
    settings = find_settings(config)
    test = bool(addresses) or outbox is not None
    _require_consent(settings, test=test, yes=yes or resume is not None or resend_unknown is not None)
    own_clock = clock()
    with bootstrap.open_parts(settings, own_clock) as parts:
        if test:
            _send_test(parts, edition_name, day, addresses, outbox)
        elif resume or resend_unknown:
            record = _reopened(parts, resume, resend_unknown)
            _deliver(parts, own_clock, record, wait=wait)
        else:
            record = _issue(parts, edition_name, day, yes=yes, force=force)
            _deliver(parts, own_clock, record, wait=wait)


def _require_consent(settings: Settings, *, test: bool, yes: bool) -> None:
    if test:
        return
    if is_sample(settings):
        raise ConfigurationError(
            "the sample portal has no subscribers; try --outbox DIR --to ADDRESS, or `digest init`"
        )
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("a full send asks first, and there is no terminal to ask on; say --yes")


def _issue(parts: App, edition_name: str | None, day: date | None, *, yes: bool, force: bool) -> IssueRecord:
    """The issue to send: the one that exists, else made now; raises IssueError where it must not go."""
    edition = parts.settings.edition(edition_name)
    slot = chosen_slot(parts, edition, day, today=True)
    name, record = f"{edition.name}/{slot}", parts.issues.find(edition.name, slot)
    if record is not None and not (force and record.state is IssueState.HELD):
        _refuse(record)
    if record is None or record.frozen_at is None:
        require_sources(parts)
        _require_audience(parts, edition)
        _ask(f"Make {name} and send it to {parts.subscribers.audience(edition.name)} subscribers?", yes=yes)
        record = IssueRun.of(parts, edition, slot, report=say_report).publish(force=force)
    elif record.state is not IssueState.DONE:
        _ask(f"Go on with {name}?", yes=yes)
    _refuse(record)
    return record


def _refuse(record: IssueRecord) -> None:
    name = f"{record.edition}/{record.slot}"
    mend = {
        IssueState.HELD: "`digest send --force` lets it go",
        IssueState.PAUSED: f"`digest send --resume {name}` goes on",
        IssueState.CANCELLED: "it stays so",
    }
    if record.state in mend:
        why = f": {record.reason}" if record.reason else ""
        raise IssueError(f"{name} is {record.state}{why}; {mend[record.state]}")


def _reopened(parts: App, resume: str | None, resend_unknown: str | None) -> IssueRecord:
    """The issue to go on with, no longer paused, its unknowns planned again where that is asked; raises IssueError."""
    name = resume or resend_unknown or ""
    record = known_issue(parts, name)
    if record.frozen_at is None:
        raise IssueError(f"{name} was never frozen; `digest send --date {record.slot.day}` makes it")
    if record.state is IssueState.CANCELLED:
        _refuse(record)
    if resend_unknown:
        number = parts.deliveries.resend_unknown(record.id, bootstrap.operator(), parts.clock.now())
        click.echo(f"{name}: {number} messages that may have arrived are sent again")
    if record.state is IssueState.PAUSED:
        _consent(parts, record)
        parts.issues.move(record.id, {IssueState.PAUSED}, IssueState.SENDING, now=parts.clock.now())
        record = replace(record, state=IssueState.SENDING)
    _refuse(record)
    return record


def _consent(parts: App, record: IssueRecord) -> None:
    """Note who lets an issue go on of which more was sent than the database knows: no sender asks again then."""
    memory, tally = parts.restore_guard.load(record), parts.deliveries.tally(record.id)
    if memory is not None and memory.mismatch(record, tally) is not None:
        parts.deliveries.consent(record.id, bootstrap.operator(), parts.clock.now(), memory.sent)


def _require_audience(parts: App, edition: EditionSettings) -> None:
    if not parts.subscribers.audience(edition.name):
        raise IssueError(f"the edition {edition.name} has no subscribers; `digest subscribers add ADDRESS` adds one")


def _ask(question: str, *, yes: bool) -> None:
    if not yes and not click.confirm(question):
        raise IssueError("nothing was sent: the answer was no")


def _deliver(parts: App, stopped: SystemClock, record: IssueRecord, *, wait: bool) -> None:
    """Send what is due of the issue; SIGTERM and Ctrl-C end it within the messages in flight."""
    if record.state is IssueState.SKIPPED:
        click.echo(f"{record.edition}/{record.slot} is skipped: {record.reason}")
        return
    before = parts.deliveries.tally(record.id)
    count = _Count(before)
    meter = Meter("sending", count.says, count.share)
    with stopped_by_signal(stopped), bootstrap.process_lock(parts.settings) as process_lock, meter:
        sender = bootstrap.sender(parts, bootstrap.smtp_mailer(parts.settings), process_lock)
        replace(sender, progress=count.advance).deliver(stop=lambda: stopped.stopped, issue_id=record.id, wait=wait)
    _tell(parts, record, before, unanswered=count.unanswered)


def _tell(parts: App, record: IssueRecord, before: Tally, *, unanswered: int) -> None:
    """What became of the issue; raises IssueError for what is left to do."""
    name, after = f"{record.edition}/{record.slot}", parts.deliveries.tally(record.id)
    counts = ", ".join(f"{after[state]} {state}" for state in DeliveryState if after[state])
    if record.state is IssueState.DONE and after.counts == before.counts:
        click.echo(f"{name}: nothing is left to send ({counts or 'no audience'})")
        return
    click.echo(f"{name}: {counts or 'no audience'} of {after.audience}")
    now = parts.issues.find(record.edition, record.slot)
    if now is not None and now.state is IssueState.PAUSED:
        _refuse(now)
    if after[DeliveryState.PLANNED]:
        raise IssueError(
            f"{name}: stopped, {after[DeliveryState.PLANNED]} are left; `digest send --resume {name}` goes on"
        )
    if after[DeliveryState.DEFERRED]:
        raise IssueError(f"{name}: {after[DeliveryState.DEFERRED]} deferred; `digest run` or the next send tries again")
    if unanswered:
        resends = any(one.name == record.edition and one.on_unknown == "resend" for one in parts.settings.editions)
        then = "`digest run` or a later send sends them again" if resends else "they are not sent again by themselves"
        raise IssueError(f"{name}: {unanswered} unknown: they left and got no answer; {then}")
    lost_sight = after[DeliveryState.UNKNOWN] - before[DeliveryState.UNKNOWN]
    if lost_sight > 0:
        click.echo(f"{name}: {lost_sight} were on their way when an earlier sender died: they are unknown", err=True)


class _Count:
    """How far a send has come, counted from its receipts: to ask the ledger would cost a look at every row."""

    def __init__(self, before: Tally) -> None:
        self._audience = before.audience
        self._bounced, self._unknown = before[DeliveryState.BOUNCED], before[DeliveryState.UNKNOWN]
        self.unanswered = 0
        self._deferrals = 0
        self._done = before.audience - sum(before[state] for state in _OPEN)
        self._pace = Pace(self._done)
        self._turn = threading.Lock()

    def advance(self, receipts: Sequence[Receipt]) -> None:
        """Count receipts, from any thread."""
        outcomes = Counter(receipt.outcome for receipt in receipts)
        with self._turn:
            self._done += sum(outcomes[outcome] for outcome in _ENDS)
            self._bounced += outcomes[Outcome.BOUNCED]
            self._unknown += outcomes[Outcome.UNKNOWN]
            self.unanswered += outcomes[Outcome.UNKNOWN]
            self._deferrals += outcomes[Outcome.DEFERRED]

    def share(self) -> float:
        """How much of the audience is settled, from 0 to 1."""
        return min(self._done / max(self._audience, 1), 1.0)

    def says(self) -> str:
        """The line of numbers; a message that is deferred twice counts twice there."""
        with self._turn:
            rate, left = self._pace.rate(self._done), self._pace.left(self._done, self._audience)
            return (
                f"{self._done} of {self._audience}, {rate:.0f} a second, {left} left, {self._deferrals} deferred, "
                f"{self._bounced} bounced, {self._unknown} unknown"
            )


def _send_test(
    parts: App, edition_name: str | None, day: date | None, addresses: Sequence[str], outbox: Path | None
) -> None:
    require_sources(parts)
    edition = parts.settings.edition(edition_name)
    slot = chosen_slot(parts, edition, day)
    readers = list(_readers(parts, edition, addresses))
    if not readers:
        _require_audience(parts, edition)
    drafted = IssueRun.of(parts, edition, slot, report=say_report).draft()
    if not drafted.issue.articles:
        notes = "".join(f"; {note}" for note in drafted.issue.notes)
        raise IssueError(f"{edition.name}/{slot} has no articles: there is nothing to send{notes}")
    say_doubts(drafted.anomalies)
    mailer = bootstrap.outbox_mailer(outbox) if outbox else bootstrap.smtp_mailer(parts.settings)
    journal = _TestJournal()
    mailer.send(unrecorded_messages(parts, drafted, readers), journal)
    _tell_test(journal, outbox)


def _readers(parts: App, edition: EditionSettings, addresses: Sequence[str]) -> Iterator[Claim]:
    """The recipients of a test: those named, else the edition's audience."""
    if addresses:
        for address in addresses:
            yield recipient(_checked(address))
        return
    for one in parts.subscribers.list(SubscriberStatus.CONFIRMED):
        if not one.editions or edition.name in one.editions:
            yield recipient(one.email, one.name)


def _checked(address: str) -> str:
    try:
        return check_address(address)
    except ValueError as error:
        raise click.UsageError(f"--to: {error}") from None


@dataclass
class _TestJournal:
    """What a test needs of a ledger: permission for all, and the outcomes."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reply: str = ""
    senders: int = 1

    def record(self, receipts: Iterable[Receipt], messages: Iterable[Outgoing]) -> set[int]:
        for receipt in receipts:
            self.outcomes[receipt.outcome] += 1
            if receipt.outcome is not Outcome.SENT:
                self.reply = f"{receipt.code or ''} {receipt.text}".strip()
        return {message.delivery_id for message in messages}


def _tell_test(journal: _TestJournal, outbox: Path | None) -> None:
    sent, total = journal.outcomes[Outcome.SENT], journal.outcomes.total()
    click.echo(f"{sent} of {total} messages {f'written to {outbox}' if outbox else 'sent'}")
    if sent < total:
        raise MailError(f"{total - sent} of {total} messages were not taken: {journal.reply or 'no answer'}")
