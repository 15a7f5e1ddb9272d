"""An alert while messages wait because the mail server cannot be used; the daily check may be hours away."""

from digest.errors import MailError
from digest.model.receivers import AlertKind
from digest.protocols import Clock
from digest.scheduler.intervals import QUARTER
from digest.store.upkeep.alerts import Alerts

_CHECK = "smtp"  # as the check that fails then, which also closes it


class MailOutage:
    """The attempts of one sender to reach the mail server."""

    def __init__(self, alerts: Alerts, clock: Clock) -> None:
        self._alerts = alerts
        self._clock = clock
        self._since: float | None = None  # the elapsed time of the first attempt that failed
        self._is_reported = False  # what a check has reported is left to the check

    def note(self, failure: Exception | None) -> None:
        """Open the alert after a quarter of an hour of failures; close it after the next success. Raises StoreError."""
        now, elapsed = self._clock.now(), self._clock.elapsed()
        if isinstance(failure, MailError):
            self._since = elapsed if self._since is None else self._since
            if elapsed - self._since >= QUARTER.total_seconds():
                self._alerts.report(AlertKind.CHECK_FAILS, _CHECK, str(failure), now)
                self._is_reported = True
        elif failure is None:
            if self._is_reported:
                self._alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], now)
            self._since, self._is_reported = None, False
