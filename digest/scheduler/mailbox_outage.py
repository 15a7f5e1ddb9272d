"""An alert while the mailbox for returned messages cannot be read; the daily check may be hours away."""

from collections.abc import Callable

from digest.errors import MailError
from digest.model.receivers import AlertKind
from digest.protocols import Clock
from digest.scheduler.intervals import HOUR
from digest.store.upkeep.alerts import Alerts

_CHECK = "bounces"  # as the check that fails then, which also closes the alert


class MailboxOutage:
    """The attempts of one process to read the mailbox; `read` is one of them."""

    def __init__(self, read: Callable[[], None], alerts: Alerts, clock: Clock) -> None:
        self._read = read
        self._alerts = alerts
        self._clock = clock
        self._since: float | None = None  # the elapsed time of the first attempt that failed

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
        if any((one.kind, one.subject) == (AlertKind.CHECK_FAILS, _CHECK) for one in self._alerts.open()):
            self._alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], self._clock.now())

    def _note(self, error: MailError) -> None:
        elapsed = self._clock.elapsed()
        self._since = elapsed if self._since is None else self._since
        if elapsed - self._since >= HOUR.total_seconds():
            self._alerts.report(AlertKind.CHECK_FAILS, _CHECK, str(error), self._clock.now())
