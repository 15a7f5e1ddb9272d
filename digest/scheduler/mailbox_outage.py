"""An alert while the mailbox for returned messages cannot be read; the daily check may be hours away."""

from collections.abc import Callable
from datetime import datetime

from digest.errors import MailError
from digest.model.receivers import AlertKind
from digest.protocols import Clock
from digest.scheduler.intervals import HOUR
from digest.store.upkeep.alerts import Alerts
from digest.store.upkeep.beats import READ_BOUNCES, Beats

_CHECK = "bounces"  # as the check that fails then, which also closes the alert


class MailboxOutage:
    """The attempts of one process to read the mailbox; `read` is one of them."""

    def __init__(self, read: Callable[[], None], alerts: Alerts, beats: Beats, clock: Clock) -> None:
        self._read = read
        self._alerts = alerts
        self._beats = beats
        self._clock = clock
        self._since: float | None = None  # the elapsed time of the first attempt that failed
        self._read_before: datetime | None = None  # the last success of one of several hosts, as of then

    def read(self) -> None:
        """Read the mailbox; opens the alert after an hour of failures, closes it after a success.

        Raises MailError, StoreError.
        """
        try:
            self._read()
        except MailError as error:
            self._note(error)
            raise
        self._since = None
        if _CHECK in self._alerts.open_subjects(AlertKind.CHECK_FAILS):
            self._alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], self._clock.now())

    def _note(self, error: MailError) -> None:
        elapsed, read_before = self._clock.elapsed(), self._beats.last_seen(READ_BOUNCES, "")
        if self._since is None or read_before != self._read_before:  # another host has read it meanwhile
            self._since, self._read_before = elapsed, read_before
        if elapsed - self._since >= HOUR.total_seconds():
            self._alerts.report(AlertKind.CHECK_FAILS, _CHECK, str(error), self._clock.now())
