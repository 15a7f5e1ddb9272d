"""The daily run: collects through the day, publishes what is due, and sends; each step is safe to repeat."""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.clock import SystemClock
from digest.delivery.sender import Sender
from digest.errors import DigestError
from digest.model.articles import SourceReport, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.pipeline import App, gather, publish
from digest.settings.schema import EditionSettings
from digest.timetable import LATE, coming_slot, due, watch

Waits = dict[str, datetime]
"""By edition: when one that failed is tried again."""

_log = logging.getLogger(__name__)

LOOK = timedelta(seconds=5)  # between two looks at the timetable and at the ledger
AFTER_FAILURE = timedelta(minutes=1)  # before a server or a source that failed is asked again
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_UNBUILT = (IssueState.PLANNED, IssueState.COLLECTING)


@dataclass(frozen=True, kw_only=True)
class DailyRun:
    """What `digest run` does until its clock is stopped."""

    parts: App
    sender: Sender
    clock: SystemClock

    def keep(self) -> None:
        """Collect, publish and send until the clock is stopped; messages in flight are finished."""
        waits: Waits = {}
        sending = threading.Thread(target=keep_sending, args=(self.sender, self.clock), name="digest-sender")
        sending.start()
        try:
            watch(
                self.clock,
                [
                    (self.parts.settings.collect.every, lambda: collect_now(self.parts)),
                    (LOOK, lambda: publish_due(self.parts, waits)),
                ],
            )
        finally:
            self.clock.stop()
            sending.join()


def collect_now(parts: App) -> None:
    """Ask every source once; a source that fails is said in the log, and the others count."""
    gather(parts, collecting_window(parts), report=log_report)


def collecting_window(parts: App) -> Window:
    """All that the issues in the making may want."""
    now = parts.clock.now()
    editions = parts.settings.editions
    starts = [parts.window(one, coming_slot(one, parts.zone, now)).start for one in editions]
    return Window(start=min([*starts, now - timedelta(hours=24)]), end=now + timedelta(minutes=1))


def publish_due(parts: App, waits: Waits) -> None:
    """Publish each edition that is due; one that fails is said in the log, tried again later, and delays no other."""
    for edition in parts.settings.editions:
        if parts.clock.now() < waits.get(edition.name, _LONG_AGO) or parts.clock.wait(0):
            continue
        try:
            if _publish_one(parts, edition) is IssueState.HELD:
                waits[edition.name] = parts.clock.now() + AFTER_FAILURE
        except DigestError as error:
            waits[edition.name] = parts.clock.now() + AFTER_FAILURE
            _log.error("%s: not published, and tried again in a minute: %s", edition.name, error)
        except Exception:  # noqa: BLE001 - whatever one edition does, the others appear on time
            waits[edition.name] = parts.clock.now() + AFTER_FAILURE
            _log.exception("%s: not published for an unexpected error, and tried again in a minute", edition.name)


def keep_sending(sender: Sender, clock: SystemClock) -> None:
    """Walk the ledger again and again until the clock is stopped; a server that refuses us is asked again later."""
    while not clock.stopped:
        pause = LOOK
        try:
            sender.deliver(stop=lambda: clock.stopped)
        except DigestError as error:
            _log.error("sending stopped, and goes on in a minute: %s", error)
            pause = AFTER_FAILURE
        except Exception:  # noqa: BLE001 - whatever one round does, the sender must live on
            _log.exception("sending failed unexpectedly, and goes on in a minute")
            pause = AFTER_FAILURE
        clock.wait(pause.total_seconds())


def log_report(report: SourceReport) -> None:
    """One source's visit, a line in the log."""
    if report.error is not None:
        _log.warning("source %s failed: %s", report.source, report.error)
    elif not report.visit.unchanged:
        notes = "".join(f"; {note}" for note in report.visit.notes)
        _log.info("source %s: %d items%s", report.source, len(report.visit.sightings), notes)


def _publish_one(parts: App, edition: EditionSettings) -> IssueState | None:
    """Publish what is due of the edition; what became of it."""
    plan = due(edition, parts.zone, parts.clock.now(), parts.history(edition))
    for slot in plan.missed:
        _skip_late(parts, edition, slot)
    if plan.publish is None:
        return None
    before = parts.editions.find(edition.name, plan.publish)
    record = publish(parts, edition, plan.publish, report=log_report)
    if record.state is not IssueState.HELD:
        _tell(record, parts)
    elif before is None or before.state is not IssueState.HELD:
        _log.warning("%s/%s: held, and looked at again each minute: %s", edition.name, record.slot, record.reason)
    return record.state


def _skip_late(parts: App, edition: EditionSettings, slot: Slot) -> None:
    record = parts.editions.open(edition.name, slot, parts.window(edition, slot), parts.clock.now())
    if parts.editions.move(record.id, _UNBUILT, IssueState.SKIPPED, reason=LATE, now=parts.clock.now()):
        _log.warning("%s/%s: %s", edition.name, slot, LATE)


def _tell(record: IssueRecord, parts: App) -> None:
    name = f"{record.edition}/{record.slot}"
    if record.state is IssueState.SKIPPED:
        _log.warning("%s: skipped: %s", name, record.reason)
    else:
        _log.info("%s: published for %d subscribers", name, parts.deliveries.tally(record.id).audience)
