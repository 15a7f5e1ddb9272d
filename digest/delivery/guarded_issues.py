"""The issues that one sender may send: an issue is paused if the database may have forgotten messages of it."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from digest.delivery.restore_guard import RestoreGuard
from digest.model.issues import IssueRecord, Kind
from digest.protocols import Clock
from digest.store.issues.issues import Issues
from digest.store.ledger.resends import Resends
from digest.store.ledger.server_changes import ServerChanges
from digest.store.ledger.tallies import Tallies

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class GuardedIssues:
    """The sendable issues that passed the restore guard, of one `kind` or of both (None)."""

    issues: Issues
    tallies: Tallies
    resends: Resends
    server_changes: ServerChanges
    restore_guard: RestoreGuard
    clock: Clock
    kind: Kind | None
    _passed: dict[int, IssueRecord] = field(default_factory=dict, repr=False)

    @property
    def ids(self) -> list[int]:
        """Those that passed since `reset`."""
        return list(self._passed)

    @property
    def records(self) -> list[IssueRecord]:
        """Their records, as they were when they passed."""
        return list(self._passed.values())

    def reset(self) -> None:
        """Check every issue again."""
        self._passed.clear()
        self.refresh()

    def refresh(self) -> None:
        """Check the issues that became sendable, and pause those that the guard or another server stops."""
        for name in self.server_changes.pause_after_change(self.clock.now()):
            _log.error("%s: paused: the database is on another PostgreSQL server", name)
        for record in self.issues.sendable(self.clock.now()):
            if record.id in self._passed or self.kind not in {None, record.kind}:
                continue
            mismatch = self._mismatch(record)
            if mismatch is None:
                self._passed[record.id] = record
            elif self.issues.pause(record.id, mismatch, self.clock.now()):
                _log.error("%s: paused: %s", record.name, mismatch)

    def pause(self, ids: Collection[int], reason: str) -> bool:
        """Pause those of the issues that are being sent; whether there were any."""
        known = [record.id for record in self._passed.values() if record.id in ids]
        return sum(self.issues.pause(issue_id, reason, self.clock.now()) for issue_id in known) > 0

    def record_sent(self) -> None:
        """Store outside of the database how many messages of each issue were sent."""
        for record in list(self._passed.values()):
            self.restore_guard.record(record, self.tallies.of_issue(record.id))

    def _mismatch(self, record: IssueRecord) -> str | None:
        summary = self.restore_guard.load(record)
        if summary is None:
            return None
        mismatch = summary.mismatch(record, self.tallies.of_issue(record.id))  # read second: others may be sending
        return None if mismatch is None or self.resends.has_consent(record.id) else mismatch
