"""Sends an issue from the command line, with progress, and says what came of it."""

import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from digest import bootstrap
from digest.app import App
from digest.cli.output.later import later_notice
from digest.cli.output.log_format import remark
from digest.cli.output.progress import Meter, Pace
from digest.cli.output.reports import print_line, reason_of
from digest.cli.ramp import waiting_notice
from digest.cli.receivers import require_open_receivers
from digest.cli.signals import stopped_by_signal
from digest.clock import SystemClock
from digest.diagnostics.alerts.alert_advice import send_command
from digest.errors import IssueError
from digest.model.deliveries import DeliveryState, Outcome, Receipt, Tally
from digest.model.issues import IssueRecord, IssueState

_UNSETTLED = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.DEFERRED)
_SETTLED = (Outcome.SENT, Outcome.BOUNCED, Outcome.UNKNOWN)


def deliver_issue(app: App, clock: SystemClock, record: IssueRecord, *, wait: bool) -> None:
    """Send what is due of the issue; after SIGTERM, Ctrl-C or SIGHUP only the messages in flight are finished."""
    if record.state is IssueState.SKIPPED:
        print_line(f"{record.name} {_outcome_of(record)}: {reason_of(record)}")
        return
    before = app.tallies.of_issue(record.id)
    progress = SendProgress(before)
    meter = Meter("sending", progress.summary, progress.share)
    with stopped_by_signal(clock) as received, bootstrap.process_lock(app.settings) as process_lock, meter:
        sender = bootstrap.sender(app, bootstrap.smtp_mailer(app.settings), process_lock)
        deliver = partial(replace(sender, progress=progress.advance).deliver, stop=lambda: clock.stopped)
        ended = _deliver(app, partial(deliver, issue_id=record.id, wait=wait), clock, record)
    try:
        _print_result(app, record, before, ended, unconfirmed=progress.unconfirmed)
    except IssueError as error:
        if signal.SIGINT in received:
            error.exit_code = 130  # as after any Ctrl-C
        raise


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """The tally when sending ended, and whether messages were due then that nobody was sending."""

    tally: Tally
    has_due: bool


def _deliver(app: App, deliver: Callable[[], None], clock: SystemClock, record: IssueRecord) -> _Ended:
    """Send what is due, also what another process gave back after our last look at the ledger."""
    earlier: _Ended | None = None
    while True:
        deliver()
        tally = app.tallies.of_issue(record.id)
        now = app.ledger_clock.now()
        due_at = app.deliveries.next_due(now, record.id)
        ended = _Ended(tally=tally, has_due=due_at is not None and due_at <= now)
        if clock.stopped or not ended.has_due or ended == earlier:
            return ended
        earlier = ended


def require_sendable(record: IssueRecord) -> None:
    """Raise IssueError for an issue that is held, paused or cancelled."""
    name, early = record.name, "" if record.id else " --early"
    remedies = {
        IssueState.HELD: f"`{send_command(record.edition, record.slot)}{early} --force` sends it",
        IssueState.PAUSED: f"`digest send --resume {name}` continues",
        IssueState.CANCELLED: "a cancelled issue cannot be sent",
    }
    if record.state in remedies:
        reason = f": {reason_of(record)}" if record.reason else ""
        raise IssueError(f"{name} {_outcome_of(record)}{reason}; {remedies[record.state]}")


def _outcome_of(record: IssueRecord) -> str:
    """What became of the issue; one that is not stored may still be sent at its hour."""
    return f"is {record.state}" if record.id else "is not sent before its hour"


def _print_result(app: App, record: IssueRecord, before: Tally, ended: _Ended, *, unconfirmed: int) -> None:
    """Print the result; raises IssueError where something is left to do."""
    name, after = record.name, ended.tally
    if record.state is IssueState.DONE and after.counts == before.counts:
        print_line(f"{name}: nothing is left to send ({after.summary})")
        _require_none_expired(app, record, after)
        return
    print_line(f"{name}: {after.summary} of {after.audience}")
    now = app.issues.find(record.edition, record.slot)
    if now is not None and now.state is IssueState.PAUSED:
        require_sendable(now)
    _report_left(app, record, ended)
    if after[DeliveryState.DEFERRED]:
        raise IssueError(f"{name}: {after[DeliveryState.DEFERRED]} deferred; `digest run` or the next send retries")
    _require_none_expired(app, record, after)
    if unconfirmed:
        resends = any(one.name == record.edition and one.on_unknown == "resend" for one in app.settings.all_editions)
        then = "`digest run` or a later send sends them again" if resends else "they are not sent again automatically"
        raise IssueError(f"{name}: {unconfirmed} unknown: sent, but the server never confirmed; {then}")
    in_flight = after[DeliveryState.UNKNOWN] - before[DeliveryState.UNKNOWN]
    if in_flight > 0:
        remark(f"{name}: {in_flight} unknown: in flight when an earlier sender died")


def _report_left(app: App, record: IssueRecord, ended: _Ended) -> None:
    """Print which messages wait, and for what; raises IssueError where sending stopped early."""
    name, later = record.name, app.later_messages().get(record.id)
    left = ended.tally[DeliveryState.PLANNED] - (later.number if later else 0)
    held = ended.tally[DeliveryState.CLAIMED] + ended.tally[DeliveryState.SENDING]
    if left > 0:
        require_open_receivers(app, name, left)
        waiting = waiting_notice(app, record.edition, left)
        if waiting is not None:
            print_line(f"{name}: {waiting}")
        elif ended.has_due:
            others = "another process is sending; if it ends, " if held else ""
            raise IssueError(f"{name}: stopped with {left} left; {others}`digest send --resume {name}` continues")
        else:
            held += left  # claimed by another process after they were counted
    if held:
        then = "if it ends before that, `digest run` or a later send continues"
        print_line(f"{name}: another process is sending the last {held}; {then}")
    if later:
        print_line(f"{name}: {later_notice(app, record, later)}; `digest run` or a later send sends them")


def _require_none_expired(app: App, record: IssueRecord, tally: Tally) -> None:
    untried = app.tallies.expired_untried(record.id) if tally[DeliveryState.EXPIRED] else 0
    if untried:
        way_back = f"`digest send --resend-expired {record.name}` plans them again"
        raise IssueError(f"{record.name}: {untried} expired untried, because the deadline passed first; {way_back}")


class SendProgress:
    """Counts a send's receipts; asking the ledger instead would read every row."""

    def __init__(self, before: Tally) -> None:
        self._audience = before.audience
        self._bounced, self._unknown = before[DeliveryState.BOUNCED], before[DeliveryState.UNKNOWN]
        self.unconfirmed = 0
        self._deferrals = 0
        self._done = before.audience - sum(before[state] for state in _UNSETTLED)
        self._pace = Pace(self._done)
        self._lock = threading.Lock()

    def advance(self, receipts: Sequence[Receipt]) -> None:
        """Count receipts, from any thread."""
        outcomes = Counter(receipt.outcome for receipt in receipts)
        with self._lock:
            self._done += sum(outcomes[outcome] for outcome in _SETTLED)
            self._bounced += outcomes[Outcome.BOUNCED]
            self._unknown += outcomes[Outcome.UNKNOWN]
            self.unconfirmed += outcomes[Outcome.UNKNOWN]
            self._deferrals += outcomes[Outcome.DEFERRED]

    def share(self) -> float:
        """The settled share of the audience, from 0 to 1."""
        return min(self._done / max(self._audience, 1), 1.0)

    def summary(self) -> str:
        """The progress line; a message that is deferred twice counts twice in it."""
        with self._lock:
            rate, left = self._pace.rate(self._done), self._pace.left(self._done, self._audience)
            return (
                f"{self._done} of {self._audience}, {rate:.0f} a second, {left} left, {self._deferrals} deferred, "
                f"{self._bounced} bounced, {self._unknown} unknown"
            )
