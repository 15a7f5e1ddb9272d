"""`digest run`: collects through the day, publishes what is due, and sends; each step is safe to repeat."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from digest.app import App
from digest.clock import SystemClock
from digest.delivery.outage import outage_pauses
from digest.delivery.sender import Sender
from digest.delivery.sending_log import SendingLog
from digest.diagnostics.alert_causes import report_late_issues, report_returned_mail, report_silent_sources
from digest.diagnostics.alerts import close_signup_alert, mail_alerts, report_issues
from digest.diagnostics.notices import Notices
from digest.diagnostics.target_alerts import TargetAlerts
from digest.errors import DigestError, StoppedError, StoreError, StoreUnavailableError
from digest.model.articles import SourceReport, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.operations.background import BackgroundJobs, Start, at_once
from digest.operations.collecting import collect_window
from digest.operations.job_timer import Job, watch
from digest.operations.retention import DailyRetention
from digest.parsing.redaction import with_masked_addresses
from digest.pipeline import IssueRun
from digest.settings.schema import EditionSettings
from digest.store.beats import RUN
from digest.timetable import LATE, required_moment

_log = logging.getLogger(__name__)

LOOK = timedelta(seconds=5)  # between two looks at the timetable and at the ledger
MINUTE = timedelta(minutes=1)  # between two beats, and before a server or a source that failed is tried again
QUARTER = timedelta(minutes=15)  # between two looks for silent sources, bounces and complaints
HOUR = timedelta(hours=1)  # between two attempts to write the files anew after readers were erased
DAY = timedelta(days=1)  # between two runs of the checks
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ChangeLog:
    """Logs what changed about a subject; a line that repeats the subject's last one is logged at level debug."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def log(self, level: int, subject: str, text: str, *, error: BaseException | None = None, **fields: object) -> None:
        """Log the line, with the traceback of an unexpected error, and the fields of a JSON log."""
        repeated = self._last.get(subject) == text
        self._last[subject] = text
        _log.log(logging.DEBUG if repeated else level, "%s", text, exc_info=error, extra=fields)

    def forget(self, subject: str) -> None:
        """Log the subject's next line at its level in any case."""
        self._last.pop(subject, None)

    def log_source(self, report: SourceReport) -> None:
        """Log one source's visit."""
        if report.error is not None:
            failed = f"source {report.source} failed: {report.error}"
            self.log(logging.WARNING, report.source, failed, source=report.source)
            return
        notes = "".join(f"; {note}" for note in report.visit.notes)
        items = "unchanged" if report.visit.unchanged else f"{len(report.visit.sightings)} items"
        level = logging.DEBUG if report.visit.unchanged else logging.INFO
        count = len(report.visit.sightings)
        self.log(level, report.source, f"source {report.source}: {items}{notes}", source=report.source, items=count)


@dataclass(frozen=True, kw_only=True)
class DailyRun:
    """What `digest run` does until its clock is stopped; `start_checks` returns at once."""

    app: App
    sender: Sender
    clock: SystemClock
    start_checks: Callable[[], None] = lambda: None
    read_bounces: Callable[[], None] | None = None

    def keep(self) -> None:
        """Collect, publish and send until the clock is stopped; messages in flight are finished."""
        log_next_issues(self.app)
        bounces = reading_bounces(self.read_bounces, self.app.settings.bounces.every, self.clock)
        with bounces, BackgroundJobs(self.clock) as background:
            keep_sending(self.sender, self.clock, self.jobs(background.start))

    def jobs(self, start: Start) -> list[Job]:
        """What it does beside sending, and how often; `start` begins what may take minutes."""
        changes, app = ChangeLog(), replace(self.app, collecting=threading.Lock())
        notices = Notices(app=app)
        publisher = Publisher(app=app, changes=changes, start=start)
        return [
            (MINUTE, lambda: record_beat(app)),
            (app.settings.collect.every, lambda: start("collect", lambda: collect_now(app, changes))),
            (LOOK, publisher.publish_due),
            (MINUTE, lambda: start("notices", notices.mail_due)),
            *upkeep(app),
            (DAY, self.start_checks),
        ]


@contextmanager
def reading_bounces(read: Callable[[], None] | None, every: timedelta, clock: SystemClock) -> Iterator[None]:
    """Read bounces at intervals during the block, in a thread of their own: a slow mailbox delays no issue."""
    if read is None:
        yield
        return
    reading = threading.Thread(target=_read_repeatedly, args=(read, every, clock), name="digest-bounces")
    reading.start()
    try:
        yield
    finally:
        clock.stop()
        reading.join()


def _read_repeatedly(read: Callable[[], None], every: timedelta, clock: SystemClock) -> None:
    changes = ChangeLog()
    while not clock.stopped:
        try:
            read()
            changes.forget("bounces")
        except DigestError as error:
            changes.log(logging.ERROR, "bounces", f"bounces were not read, will retry: {error}")
        except Exception as error:  # noqa: BLE001 - an unexpected error in one round must not end the reading
            unexpected = f"bounces were not read, will retry: unexpected error ({type(error).__name__})"
            changes.log(logging.ERROR, "bounces", unexpected, error=error)
        clock.wait(every.total_seconds())


def keep_sending(
    sender: Sender, clock: SystemClock, jobs: Sequence[Job] = (), may_send: Callable[[], bool] = lambda: True
) -> None:
    """Send what is due, beside jobs at intervals, until the clock is stopped; messages in flight are finished.

    While `may_send()` is false, nothing is begun.
    """
    log = SendingLog(issues=sender.issues)
    sending = threading.Thread(target=_send_repeatedly, args=(sender, clock, log, may_send), name="digest-sender")
    sending.start()
    try:
        watch(clock, [*jobs, (MINUTE, log.log_progress)])
    finally:
        clock.stop()
        sending.join()


def log_next_issues(app: App) -> None:
    """Log when each edition is due next, and the slot that is passed over because the edition is new here."""
    for edition in app.settings.all_editions:
        slot, passed_over = app.coming_slot(edition), app.passed_over(edition)
        due_at = required_moment(edition, slot, app.zone).astimezone(app.zone)
        _log.info("%s/%s: due at %s", edition.name, slot, f"{due_at:%Y-%m-%d %H:%M}")
        if passed_over is not None:
            send = f"digest send --edition {edition.name} --date {passed_over.day}"
            _log.warning(
                "%s/%s: not published: it was due before `digest run` first saw this edition; `%s` sends it",
                *(edition.name, passed_over, send),
            )


def record_beat(app: App) -> None:
    """Store that `digest run` is running now and knows its editions."""
    app.beats.record(RUN, [edition.name for edition in app.settings.all_editions], app.clock.now())


def upkeep(app: App) -> list[Job]:
    """The jobs that keep an installation in order."""
    return [
        (MINUTE, lambda: alert_operator(app)),
        (QUARTER, lambda: report_causes(app)),
        (MINUTE, TargetAlerts(app=app)),
        *erasing(app),
        (MINUTE, DailyRetention(app=app)),
    ]


def alert_operator(app: App) -> None:
    """Report issues that need a person, close what is over, and plan mail about alerts."""
    report_issues(app)
    report_late_issues(app)
    close_signup_alert(app)
    mail_alerts(app)


def report_causes(app: App) -> None:
    """Report silent sources, bounces and complaints, and close what is over."""
    report_silent_sources(app)
    report_returned_mail(app)


def erasing(app: App) -> list[Job]:
    """The jobs that finish what readers asked for on the page: erasing, also from the database's files."""
    return [(MINUTE, lambda: erase_accepted(app)), (HOUR, lambda: overwrite_erased(app))]


def erase_accepted(app: App) -> None:
    """Erase the readers who asked for it while a message to them was being sent."""
    for email in app.reader_requests.to_erase():
        app.reader_data.cancel(email, app.ledger_clock.now())
        app.reader_data.erase(email, app.ledger_clock.now())


def overwrite_erased(app: App) -> None:
    """Write the database's files anew after readers were erased, unless mail is being sent; tried again next time."""
    try:
        if app.reader_data.overwrite_erased(app.ledger_clock.now()):
            _log.info("erased readers were removed from the database's files")
    except StoreUnavailableError as error:
        _log.warning("the database's files may still contain erased readers, will retry in an hour: %s", error)


def collect_now(app: App, changes: ChangeLog) -> None:
    """Ask every source once; a source that fails is logged, and the others count."""
    collect_window(app, collecting_window(app), report=changes.log_source)


def collecting_window(app: App) -> Window:
    """From the earliest start of the editions' coming windows, at least a day back, to now."""
    now = app.clock.now()
    editions = app.settings.all_editions
    starts = [app.window(one, app.coming_slot(one)).start for one in editions]
    return Window(start=min([*starts, now - timedelta(hours=24)]), end=now + timedelta(minutes=1))


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes the editions that are due, each by `start`.

    `_retry_at` holds, by edition, when one that is held or failed is tried again, and `_decided` the last decision
    about it then: after another one it is tried at once.
    """

    app: App
    changes: ChangeLog
    start: Start = at_once
    _retry_at: dict[str, datetime] = field(default_factory=dict)
    _decided: dict[str, int] = field(default_factory=dict)

    def publish_due(self) -> None:
        """Publish each edition that is due; one that fails is logged and tried again later, and delays no other."""
        for edition in self.app.settings.all_editions:
            if not (self._waits(edition.name) or self.app.clock.wait(0)):
                self.start(edition.name, partial(self._attempt, edition))

    def _attempt(self, edition: EditionSettings) -> None:
        decided = self._last_decision(edition.name)
        if not self.publish_or_log(edition):
            self._decided[edition.name] = decided
            self._retry_at[edition.name] = self.app.clock.now() + MINUTE

    def _waits(self, edition: str) -> bool:
        """Whether an edition that is held or failed is not tried again yet."""
        is_early = self.app.clock.now() < self._retry_at.get(edition, _LONG_AGO)
        return is_early and self._last_decision(edition) <= self._decided[edition]

    def _last_decision(self, edition: str) -> int:
        """The number of the edition's last decision, 0 where the database does not answer."""
        try:
            return self.app.decisions.last_id(edition)
        except StoreError:
            return 0

    def publish_or_log(self, edition: EditionSettings) -> bool:
        """Publish the edition if it is due; false if its issue is held or failed, and must be tried again."""
        subject, failed = f"edition {edition.name}", f"{edition.name}: not published, will retry every minute"
        try:
            state = self._publish(edition)
        except StoppedError:
            raise
        except DigestError as error:
            self.changes.log(logging.ERROR, subject, f"{failed}: {error}", edition=edition.name)
            return False
        except Exception as error:  # noqa: BLE001 - an unexpected error of one edition must not stop the others
            unexpected = f"{failed}: unexpected error ({type(error).__name__})"
            self.changes.log(logging.ERROR, subject, unexpected, error=error, edition=edition.name)
            return False
        self.changes.forget(subject)
        return state is None or not state.is_unfrozen

    def _publish(self, edition: EditionSettings) -> IssueState | None:
        """Publish the edition's issue that is due, and return its state; `None` where none is due."""
        app = self.app
        plan = app.due(edition)
        for slot in plan.missed:
            self._skip_late(edition, slot)
        if plan.publish is None:
            return None
        issue_run = IssueRun.of(app, edition, plan.publish, report=self.changes.log_source)
        before = app.issues.open(edition.name, plan.publish, issue_run.window, app.clock.now())
        record = issue_run.publish()
        reason = with_masked_addresses(record.reason or "")  # it names who holds the issue
        if record.state.is_unfrozen and app.clock.now() < issue_run.window.end:  # not stored before its hour
            early = f"{record.name}: not sent before its hour, will retry every minute: {reason}"
            self.changes.log(logging.WARNING, record.name, early, edition=edition.name)
        elif record.state is not IssueState.HELD:
            self._log_outcome(record)
        elif before.state is not IssueState.HELD:
            _log.warning("%s/%s: held; rechecked every minute: %s", edition.name, record.slot, reason)
        return record.state

    def _skip_late(self, edition: EditionSettings, slot: Slot) -> None:
        app = self.app
        record = app.issues.open(edition.name, slot, app.window(edition, slot), app.clock.now())
        if app.issues.move(record.id, {IssueState.PLANNED}, IssueState.SKIPPED, reason=LATE, now=app.clock.now()):
            _log.warning("%s/%s: %s", edition.name, slot, LATE)

    def _log_outcome(self, record: IssueRecord) -> None:
        name = record.name
        if record.state is IssueState.SKIPPED:
            _log.warning("%s: skipped: %s", name, record.reason, extra={"issue": name})
        else:
            readers = self.app.tallies.of_issue(record.id).audience
            _log.info("%s: published for %d subscribers", name, readers, extra={"issue": name, "readers": readers})


def _send_repeatedly(sender: Sender, clock: SystemClock, log: SendingLog, may_send: Callable[[], bool]) -> None:
    """Send what is due again and again until the clock is stopped.

    After a failure it waits a minute, and while the database is away 1, 2, 4, and then 8 seconds.
    """

    def deliver() -> None:
        if may_send():
            sender.deliver(stop=lambda: clock.stopped)

    changes = ChangeLog()
    _log_failure(log.log_resumed, changes)
    pauses = outage_pauses()
    while not clock.stopped:
        failures = [
            _log_failure(deliver, changes),
            _log_failure(lambda: log.log_ended(stopped=clock.stopped), changes),
        ]
        if any(isinstance(failure, StoreUnavailableError) for failure in failures):
            clock.wait(next(pauses))
        else:
            pauses = outage_pauses()
            if any(failures):
                clock.wait(MINUTE.total_seconds())
            elif _log_failure(lambda: sender.wait_for_work(LOOK.total_seconds()), changes):
                clock.wait(LOOK.total_seconds())


def _log_failure(step: Callable[[], object], changes: ChangeLog) -> Exception | None:
    """Do a step of sending, and log and return its failure."""
    try:
        step()
    except StoreUnavailableError as error:
        changes.log(logging.ERROR, "sending", f"sending stopped, will retry every few seconds: {error}")
        return error
    except DigestError as error:
        changes.log(logging.ERROR, "sending", f"sending stopped, will retry every minute: {error}")
        return error
    except Exception as error:  # noqa: BLE001 - an unexpected error in one round must not end the sender
        unexpected = f"sending stopped, will retry every minute: unexpected error ({type(error).__name__})"
        changes.log(logging.ERROR, "sending", unexpected, error=error)
        return error
    return None
