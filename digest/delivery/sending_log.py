"""Logs the sending of issues: which are resumed, their numbers every minute, and how they end."""

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from digest.delivery.guarded_issues import GuardedIssues
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import IssueRecord, IssueState, Kind

_log = logging.getLogger(__name__)

_ENDED = {str(IssueState.DONE), str(IssueState.CANCELLED)}
_NOT_BEGUN = (DeliveryState.PLANNED, DeliveryState.CLAIMED)  # each attempt to reach a server claims and releases some
_NEEDS_A_LOOK = (DeliveryState.UNKNOWN, DeliveryState.EXPIRED)


class _Line(NamedTuple):
    """The last line about an issue: its label, and how many messages were in each state that is a result."""

    label: str = ""
    results: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SendingLog:
    """The log of the issues of one sender; a line that would repeat the last one of its issue is left out.

    Its methods raise StoreError.
    """

    issues: GuardedIssues
    _last: dict[int, _Line] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def log_resumed(self) -> None:
        """Log the issues that an earlier process began to send."""
        self.issues.reset()
        with self._lock:
            for record in self._records():
                if record.state is IssueState.SENDING:
                    self._log(record, "resumed")

    def log_progress(self) -> None:
        """Log the issues that are being sent, if their numbers changed."""
        with self._lock:
            for record in self._records():
                if record.state.accepts_sending:
                    self._log(record, "resumed" if self._label(record.id) == IssueState.PAUSED else "sending")

    def log_ended(self, *, stopped: bool) -> None:
        """Log the issues that ended since the last call; if the process was stopped, also those that did not."""
        with self._lock:
            for record in self._records():
                label = "stopped" if record.state.accepts_sending else str(record.state)
                if label != self._label(record.id) and (stopped or not record.state.accepts_sending):
                    self._log(record, label)

    def _records(self) -> Sequence[IssueRecord]:
        ids = {*self.issues.ids, *(one for one in self._last if self._label(one) not in _ENDED)}
        return self.issues.issues.records(ids) if ids else ()

    def _label(self, issue_id: int) -> str:
        return self._last.get(issue_id, _Line()).label

    def _log(self, record: IssueRecord, label: str) -> None:
        tally = self.issues.tallies.of_issue(record.id)
        numbers = tally.of_audience
        results = tuple(tally[state] for state in DeliveryState if state not in _NOT_BEGUN)
        last = self._last.get(record.id, _Line())
        self._last[record.id] = _Line(label, results)
        if label == "sending" and results == last.results:
            return
        name = record.name
        fields = {"issue": name, "state": label, "audience": tally.audience}
        if label == IssueState.PAUSED:
            is_system = record.kind is Kind.SYSTEM
            way_on = (
                "the next start, or `digest send --resume` of an issue,"
                if is_system
                else f"`digest send --resume {name}`"
            )
            why = record.reason or "by an operator"
            _log.warning("%s: paused with %s (%s); %s continues", name, numbers, why, way_on, extra=fields)
        else:
            alarming = label in _ENDED and any(tally[state] for state in _NEEDS_A_LOOK)
            level = logging.WARNING if alarming else logging.INFO
            _log.log(level, "%s: %s: %s", name, label, numbers, extra=fields)


def log_receipts(receipts: Sequence[Receipt]) -> None:
    """Log the outcomes of messages in detail, without addresses and replies: the rows by id, and what was sent."""
    if not _log.isEnabledFor(logging.DEBUG):
        return
    for one in receipts:
        if one.outcome is not Outcome.SENT:
            _log.debug("delivery %d: %s %s %s", one.delivery_id, one.outcome, one.code or "", one.enhanced or "")
    sent = Counter(one.outcome for one in receipts)[Outcome.SENT]
    if sent:
        _log.debug("%d sent", sent)
