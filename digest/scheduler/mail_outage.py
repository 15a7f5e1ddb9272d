"""An alert while messages wait because the mail server cannot be used; the daily check may be hours away."""

from datetime import datetime

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
        self._since: datetime | None = None  # of the first attempt that failed
        self._is_reported = False  # what a check has reported is left to the check

    def note(self, failure: Exception | None) -> None:
        """Open the alert after a quarter of an hour of failures; close it after the next success. Raises StoreError."""
        now = self._clock.now()
        if isinstance(failure, MailError):
            self._since = self._since or now
            if now - self._since >= QUARTER:
                self._alerts.report(AlertKind.CHECK_FAILS, _CHECK, str(failure), now)
                self._is_reported = True
        elif failure is None:
            if self._is_reported:
                self._alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], now)
            self._since, self._is_reported = None, False
