"""`digest run`: collects through the day, publishes what is due, and sends; each step is safe to repeat."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.app import App
from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.errors import DigestError, StoppedError
from digest.model.articles import SourceReport, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.pipeline import IssueRun, collect_window
from digest.settings.schema import EditionSettings
from digest.timetable import LATE, coming_slot, due, watch

_log = logging.getLogger(__name__)

LOOK = timedelta(seconds=5)  # between two looks at the timetable and at the ledger
AFTER_FAILURE = timedelta(minutes=1)  # before a server or a source that failed is tried again
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class DailyRun:
    """What `digest run` does until its clock is stopped."""

    app: App
    sender: Sender
    clock: SystemClock

    def keep(self) -> None:
        """Collect, publish and send until the clock is stopped; messages in flight are finished."""
        publisher = Publisher(app=self.app)
        sending = threading.Thread(target=keep_sending, args=(self.sender, self.clock), name="digest-sender")
        sending.start()
        try:
            watch(
                self.clock,
                [(self.app.settings.collect.every, lambda: collect_now(self.app)), (LOOK, publisher.publish_due)],
            )
        finally:
            self.clock.stop()
            sending.join()


def collect_now(app: App) -> None:
    """Ask every source once; a source that fails is logged, and the others count."""
    collect_window(app, collecting_window(app), report=log_report)


def collecting_window(app: App) -> Window:
    """From the earliest start of the editions' coming windows, at least a day back, to now."""
    now = app.clock.now()
    editions = app.settings.editions
    starts = [app.window(one, coming_slot(one, app.zone, now)).start for one in editions]
    return Window(start=min([*starts, now - timedelta(hours=24)]), end=now + timedelta(minutes=1))


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes the editions that are due; `_retry_at` holds, by edition, when one that failed is tried again."""

    app: App
    _retry_at: dict[str, datetime] = field(default_factory=dict)

    def publish_due(self) -> None:
        """Publish each edition that is due; one that fails is logged and tried again later, and delays no other."""
        for edition in self.app.settings.editions:
            if self.app.clock.now() < self._retry_at.get(edition.name, _LONG_AGO) or self.app.clock.wait(0):
                continue
            try:
                held = self._publish(edition) is IssueState.HELD
            except StoppedError:
                raise
            except DigestError as error:
                held = True
                _log.error("%s: not published, will retry in a minute: %s", edition.name, error)
            except Exception:  # noqa: BLE001 - an unexpected error of one edition must not stop the others
                held = True
                _log.exception("%s: not published because of an unexpected error, will retry in a minute", edition.name)
            if held:
                self._retry_at[edition.name] = self.app.clock.now() + AFTER_FAILURE

    def _publish(self, edition: EditionSettings) -> IssueState | None:
        """Publish the edition's issue that is due, and return its state; `None` where none is due."""
        app = self.app
        plan = due(edition, app.zone, app.clock.now(), app.history(edition))
        for slot in plan.missed:
            self._skip_late(edition, slot)
        if plan.publish is None:
            return None
        before = app.issues.find(edition.name, plan.publish)
        record = IssueRun.of(app, edition, plan.publish, report=log_report).publish()
        if record.state is not IssueState.HELD:
            self._log_outcome(record)
        elif before is None or before.state is not IssueState.HELD:
            _log.warning("%s/%s: held; rechecked every minute: %s", edition.name, record.slot, record.reason)
        return record.state

    def _skip_late(self, edition: EditionSettings, slot: Slot) -> None:
        app = self.app
        record = app.issues.open(edition.name, slot, app.window(edition, slot), app.clock.now())
        if app.issues.move(record.id, {IssueState.PLANNED}, IssueState.SKIPPED, reason=LATE, now=app.clock.now()):
            _log.warning("%s/%s: %s", edition.name, slot, LATE)

    def _log_outcome(self, record: IssueRecord) -> None:
        name = f"{record.edition}/{record.slot}"
        if record.state is IssueState.SKIPPED:
            _log.warning("%s: skipped: %s", name, record.reason)
        else:
            _log.info("%s: published for %d subscribers", name, self.app.tallies.of_issue(record.id).audience)


def keep_sending(sender: Sender, clock: SystemClock) -> None:
    """Send what is due again and again until the clock is stopped; after a failure, wait a minute."""
    while not clock.stopped:
        pause = _send_once(lambda: sender.deliver(stop=lambda: clock.stopped))
        clock.wait(pause.total_seconds())


def _send_once(send: Callable[[], object]) -> timedelta:
    """Send what is due, and return how long to wait before the next time."""
    try:
        send()
    except DigestError as error:
        _log.error("sending stopped, will retry in a minute: %s", error)
    except Exception:  # noqa: BLE001 - an unexpected error in one round must not end the sender
        _log.exception("sending failed unexpectedly, will retry in a minute")
    else:
        return LOOK
    return AFTER_FAILURE


def log_report(report: SourceReport) -> None:
    """One source's visit as a line of the log."""
    if report.error is not None:
        _log.warning("source %s failed: %s", report.source, report.error)
    elif not report.visit.unchanged:
        notes = "".join(f"; {note}" for note in report.visit.notes)
        _log.info("source %s: %d items%s", report.source, len(report.visit.sightings), notes)
