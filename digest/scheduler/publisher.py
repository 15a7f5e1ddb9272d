"""Publishes the editions that are due, and decides when one that is held or failed is tried again."""

import logging
import math
from dataclasses import dataclass, field
from functools import partial

from digest.app import App
from digest.errors import IssueChangedError, StoppedError, StoreError
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.quantities import counted
from digest.operations.background import Start, at_once
from digest.operations.change_log import ChangeLog
from digest.parsing.redaction import with_masked_addresses
from digest.pipeline import IssueRun
from digest.scheduler.intervals import MINUTE
from digest.settings.schema import EditionSettings
from digest.timetable import LATE

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes the editions that are due, each by `start`.

    `_retry_at` holds, by edition, the elapsed time at which one that is held or failed is tried again, and `_decided`
    the last decision about it then: after another one it is tried at once.
    """

    app: App
    changes: ChangeLog
    start: Start = at_once
    _retry_at: dict[str, float] = field(default_factory=dict)
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
            self._retry_at[edition.name] = self.app.clock.elapsed() + MINUTE.total_seconds()

    def _waits(self, edition: str) -> bool:
        """Whether an edition that is held or failed is not tried again yet."""
        is_early = self.app.clock.elapsed() < self._retry_at.get(edition, -math.inf)
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
        except IssueChangedError as error:  # what an editor does up to the hour is no fault
            self.changes.log(logging.WARNING, subject, f"{failed}: {error}", edition=edition.name)
            return False
        except Exception as error:  # noqa: BLE001 - an unexpected error of one edition must not stop the others
            self.changes.log_failure(subject, failed, error, edition=edition.name)
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
        log = self.changes.log_source
        issue_run = IssueRun.of(app, edition, plan.publish, report=log, decided=self._log_outcome)
        before = app.issues.open(edition.name, plan.publish, issue_run.window, app.clock.now())
        record = issue_run.publish()
        reason = with_masked_addresses(record.reason or "")  # it names who holds the issue
        if record.state.is_unfrozen and app.clock.now() < issue_run.window.end:  # not stored before its hour
            early = f"{record.name}: not sent before its hour, will retry every minute: {reason}"
            self.changes.log(logging.WARNING, record.name, early, edition=edition.name)
        elif record.state is IssueState.HELD and before.state is not IssueState.HELD:
            _log.warning("%s: held; rechecked every minute: %s", record.name, reason)
        return record.state

    def _skip_late(self, edition: EditionSettings, slot: Slot) -> None:
        app = self.app
        record = app.issues.open(edition.name, slot, app.window(edition, slot), app.clock.now())
        if app.issues.move(record.id, {IssueState.PLANNED}, IssueState.SKIPPED, reason=LATE, now=app.clock.now()):
            _log.warning("%s: %s", record.name, LATE)

    def _log_outcome(self, record: IssueRecord) -> None:
        name = record.name
        if record.state is IssueState.SKIPPED:
            _log.warning("%s: skipped: %s", name, record.reason, extra={"issue": name})
        else:
            readers = self.app.tallies.of_issue(record.id).audience
            fields = {"issue": name, "readers": readers}
            _log.info("%s: published for %s", name, counted(readers, "subscriber"), extra=fields)
