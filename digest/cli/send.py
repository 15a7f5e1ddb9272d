"""`digest send`: send an issue to its audience, once, or a test of it, or write its messages into a folder."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from digest import bootstrap
from digest.app import App
from digest.cli.arguments.addresses import parse_address
from digest.cli.arguments.options import clock, config_option, issue_options, require_consent
from digest.cli.arguments.parameters import TEXT, FilePath
from digest.cli.arguments.slots import choose_slot, early_notice, find_issue, require_sources
from digest.cli.delivering import deliver_issue, require_sendable
from digest.cli.installation import own_settings, warn_if_secrets_are_readable
from digest.cli.output.log_format import remark
from digest.cli.output.reports import print_anomalies, print_line, print_source_report
from digest.cli.ramp import limit_clause
from digest.cli.signals import stopped_by_signal
from digest.clock import SystemClock
from digest.diagnostics.alerts.alert_advice import send_command
from digest.diagnostics.installation.host_settings import compared
from digest.diagnostics.results import Level
from digest.diagnostics.trial_message import send_test
from digest.errors import IssueError, MailError
from digest.mailers.unrecorded import UnrecordedJournal
from digest.model.deliveries import Claim, DeliveryState, Outcome
from digest.model.drafts import Draft
from digest.model.issues import IssueRecord, IssueState, Kind, Slot
from digest.model.quantities import counted
from digest.model.subscribers import SubscriberStatus
from digest.operations.draft_messages import EXAMPLE_ADDRESS, recipient
from digest.operations.resuming import release_receivers, require_known_sends, resume_issue
from digest.operations.retention import clean_after_command
from digest.pipeline import IssueRun
from digest.settings.load import find_settings
from digest.settings.schema import EditionSettings
from digest.subscribers.preferences import chosen_editions

_NOT_SENT = "nothing was sent"


@click.command(
    epilog="""\b
    Examples:
      digest send --to me@gazette.example
      digest send --outbox outbox
      digest send --yes
    """
)
@issue_options("today's; for a test the next issue")
@click.option(
    "--to", "addresses", type=TEXT, multiple=True, metavar="ADDRESS", help="Send a test to it instead. May be repeated."
)
@click.option(
    "--outbox",
    type=FilePath(file_okay=False),
    metavar="DIR",
    help="Write the messages into DIR as .eml files instead of sending them.",
)
@click.option("-y", "--yes", is_flag=True, help="Send without asking; needed without a terminal.")
@click.option("--early", is_flag=True, help="Send an issue before its hour; --yes does not imply it.")
@click.option(
    "--wait",
    is_flag=True,
    help="Wait for what others send or is due later, and retry deferred ones.",
)
@click.option("--force", is_flag=True, help="Send an issue although it is held.")
@click.option("--resume", type=TEXT, metavar="EDITION/SLOT", help="Continue sending this issue, even if it is paused.")
@click.option(
    "--resend-unknown", type=TEXT, metavar="EDITION/SLOT", help="Send the unknown messages of this issue again."
)
@click.option(
    "--resend-expired", type=TEXT, metavar="EDITION/SLOT", help="Send the expired messages of this issue after all."
)
@config_option
def send(
    edition_name: str | None,
    day: date | None,
    addresses: tuple[str, ...],
    outbox: Path | None,
    yes: bool,
    early: bool,
    wait: bool,
    force: bool,
    resume: str | None,
    resend_unknown: str | None,
    resend_expired: str | None,
    config: Path | None,
) -> None:
    """Send an issue now, to the edition's audience or as a test.

    If the issue exists already, sending continues where it stopped; nobody gets it twice. An issue is not sent before
    its hour unless you confirm that at a terminal, or add --early. --to and --outbox only test: they freeze nothing
    and mark nothing as used or sent.
    """
    test = bool(addresses) or outbox is not None
    is_mailed = outbox is None
    settings = own_settings(config, alternative="--outbox DIR") if is_mailed else find_settings(config)
    reopened = _one_issue(resume, resend_unknown, resend_expired)
    if reopened is not None and (test or edition_name is not None or day is not None):
        raise click.UsageError(
            "--resume, --resend-unknown and --resend-expired name the issue to send;"
            " use them without --edition, --date, --to and --outbox"
        )
    if not (test or yes or reopened is not None or sys.stdin.isatty()):
        raise click.UsageError("a full send asks for confirmation, and there is no terminal; add --yes")
    warn_if_secrets_are_readable(settings)
    if is_mailed:
        bootstrap.smtp_mailer(settings)  # a missing password is reported before an issue is made
    own_clock = clock()
    with bootstrap.open_app(settings, own_clock) as app:
        if test:
            _send_test(app, edition_name, day, addresses, outbox)
            return
        _warn_if_hosts_differ(app)
        if reopened is not None:
            record = _reopen_issue(app, reopened, unknown=bool(resend_unknown), expired=bool(resend_expired))
            if resume:
                for group in release_receivers(app):
                    print_line(f"{group}: no longer paused")
            deliver_issue(app, own_clock, record, wait=wait)
        else:
            record = _make_issue(app, edition_name, day, yes=yes, early=early, force=force)
            _deliver_earlier(app, own_clock, record)
            deliver_issue(app, own_clock, record, wait=wait)
            clean_after_command(app)


def _warn_if_hosts_differ(app: App) -> None:
    """Print that a running process has another secret or configuration."""
    for one in compared(app):
        if one.level is not Level.OK:
            remark(f"warning: {one.message}; {one.fix}")


def _one_issue(*names: str | None) -> str | None:
    """The issue that the options name; raises a usage error if they name several."""
    given = {name for name in names if name is not None}
    if len(given) > 1:
        raise click.UsageError("--resume, --resend-unknown and --resend-expired must name the same issue")
    return given.pop() if given else None


def _make_issue(
    app: App, edition_name: str | None, day: date | None, *, yes: bool, early: bool, force: bool
) -> IssueRecord:
    """The issue to send, made now unless it exists; raises IssueError where it must not be sent."""
    edition = app.settings.edition(edition_name)
    slot = choose_slot(app, edition, day, today=True)
    record = app.issues.find(edition.name, slot)
    if record is not None and not (record.state is IssueState.HELD and (force or _is_released(app, edition, record))):
        require_sendable(record)
    if record is None or record.state.is_unfrozen:
        require_sources(app)
        _require_audience(app, edition, slot)
        _warn_if_early(app, edition, slot, may_ask=not yes, early=early)
        approve = partial(_confirm_draft, app, yes=yes)
        record = IssueRun.of(app, edition, slot, report=print_source_report).publish(force=force, approve=approve)
    elif record.state is not IssueState.DONE:
        require_consent(f"Continue sending {edition.name}/{slot}?", yes=yes, refused=_NOT_SENT)
    require_sendable(record)
    return record


def _is_released(app: App, edition: EditionSettings, record: IssueRecord) -> bool:
    """Whether a person has released a held issue, so that it is made again."""
    return app.review(edition, record.slot, record.window).is_released


def _warn_if_early(app: App, edition: EditionSettings, slot: Slot, *, may_ask: bool, early: bool) -> None:
    """Print that the slot's hour is to come; raises IssueError where nobody can answer, unless `early`."""
    notice = early_notice(app, edition, slot)
    if notice is None:
        return
    if not early and not (may_ask and sys.stdin.isatty()):
        raise IssueError(f"{notice}; add --early to send it now")
    remark(f"{notice}.")


def _confirm_draft(app: App, draft: Draft, *, yes: bool) -> None:
    issue, articles, readers = draft.issue, len(draft.shown), _readers(app, draft)
    content = f"“{issue.subject}” with {counted(articles, 'article')}"
    audience = counted(readers, "reader") + limit_clause(app, issue.edition, readers)
    require_consent(f"Send {issue.edition}/{issue.slot} {content} to {audience}?", yes=yes, refused=_NOT_SENT)


def _reopen_issue(app: App, name: str, *, unknown: bool, expired: bool) -> IssueRecord:
    """The issue to continue: no longer paused, and its `unknown` or `expired` messages planned again.

    Raises IssueError.
    """
    record = find_issue(app, name)
    if record.frozen_at is None:
        raise IssueError(f"{name} was never frozen; `{send_command(record.edition, record.slot)}` makes it")
    if record.state is IssueState.CANCELLED:
        require_sendable(record)
    now = app.ledger_clock.now()
    if expired:
        require_known_sends(app, record)
        number = app.resends.resend(record.id, DeliveryState.EXPIRED, bootstrap.operator(), now)
        print_line(f"{name}: {number} expired {'message is' if number == 1 else 'messages are'} planned again")
    if unknown:
        number = app.resends.resend(record.id, DeliveryState.UNKNOWN, bootstrap.operator(), now)
        print_line(f"{name}: {number} unknown {'message is' if number == 1 else 'messages are'} sent again")
    if record.state is IssueState.PAUSED:
        resume_issue(app, record, bootstrap.operator())
        record = replace(record, state=IssueState.SENDING)
    require_sendable(record)
    return record


def _require_audience(app: App, edition: EditionSettings, slot: Slot) -> None:
    if not app.subscribers.audience(app.audience(edition, slot)):
        if edition.is_weekly:
            raise IssueError(
                f"nobody gets {edition.name}/{slot}: no reader chose the weekly issue; they choose it on their page,"
                " or an import states it in the column frequency"
            )
        raise IssueError(
            f"nobody gets {edition.name}/{slot}: the edition has no subscribers, or all of them chose other days;"
            " `digest subscribers add ADDRESS` adds one"
        )


def _readers(app: App, draft: Draft) -> int:
    edition = app.settings.edition(draft.issue.edition)
    return app.subscribers.audience(app.audience(edition, draft.issue.slot))


def _deliver_earlier(app: App, own_clock: SystemClock, made: IssueRecord) -> None:
    """Send what waited for readers' hours in issues of earlier days: without `digest run` nobody else sends it.

    An issue that was stopped before its first messages were out is left to `digest send --resume`.
    """
    now = app.ledger_clock.now()
    today = Slot.of(now, app.zone)
    earlier = [one for one in app.issues.sendable(now) if one.slot < today and one.id != made.id]
    due = [one for one in earlier if _has_waited(app, one, now)]
    if not due:
        return
    with stopped_by_signal(own_clock), bootstrap.process_lock(app.settings) as process_lock:
        sender = bootstrap.sender(app, bootstrap.smtp_mailer(app.settings), process_lock)
        for one in due:
            sender.deliver(stop=lambda: own_clock.stopped, issue_id=one.id)
            tally = app.tallies.of_issue(one.id)
            print_line(f"{one.name}: {tally.of_audience}")


def _has_waited(app: App, record: IssueRecord, now: datetime) -> bool:
    """Whether an edition's issue has messages due, all of which were planned for later than the issue was made."""
    due_at = app.deliveries.next_due(now, record.id)
    is_due = due_at is not None and record.frozen_at is not None and record.frozen_at < due_at <= now
    return record.kind is Kind.EDITION and is_due


def _send_test(
    app: App, edition_name: str | None, day: date | None, addresses: Sequence[str], outbox: Path | None
) -> None:
    require_sources(app)
    edition = app.settings.edition(edition_name)
    slot = choose_slot(app, edition, day)
    recipients = _test_recipients(app, edition, addresses)
    drafted = IssueRun.of(app, edition, slot, report=print_source_report).draft()
    if not drafted.issue.articles:
        notes = "".join(f"; {note}" for note in drafted.issue.notes)
        raise IssueError(f"{edition.name}/{slot} has no articles; nothing was sent{notes}")
    print_anomalies(drafted.anomalies)
    mailer = bootstrap.outbox_mailer(outbox) if outbox else app.make_prompt_mailer()
    journal = send_test(app, drafted, recipients, mailer)
    _print_test_result(journal, outbox)


def _test_recipients(app: App, edition: EditionSettings, addresses: Sequence[str]) -> list[Claim]:
    """The recipients of a test: the given addresses, else the edition's subscribers, else an example."""
    if addresses:
        return [recipient(parse_address(address, "--to")) for address in addresses]
    confirmed = app.subscribers.list(SubscriberStatus.CONFIRMED)
    languages = {one.name: app.settings.language_of(one) for one in app.settings.editions}
    audience = [
        one for one in confirmed if edition.readers_of in chosen_editions(one.editions, one.language, languages)
    ]
    if not audience:
        remark(f"the edition {edition.name} has no subscribers yet; writing to {EXAMPLE_ADDRESS}")
        return [recipient(EXAMPLE_ADDRESS)]
    return [recipient(one.email, one.name) for one in audience]


def _print_test_result(journal: UnrecordedJournal, outbox: Path | None) -> None:
    sent, total = journal.outcomes[Outcome.SENT], journal.outcomes.total()
    print_line(f"{sent} of {counted(total, 'message')} {f'written to {outbox}' if outbox else 'sent'}")
    if sent < total:
        raise MailError(f"{total - sent} of {counted(total, 'message')} not accepted: {journal.reply or 'no reply'}")
