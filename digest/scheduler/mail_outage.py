"""An alert while messages wait because the mail server cannot be used; the daily check may be hours away."""

from collections.abc import Sequence

from digest.errors import ConfigurationError, MailError
from digest.model.deliveries import Outcome, Receipt
from digest.model.receivers import AlertKind
from digest.protocols import Clock
from digest.scheduler.intervals import MINUTE, QUARTER
from digest.store.upkeep.alerts import Alerts

_CHECK = "smtp"  # as the check that fails then, which also closes it
_WORKS_AGAIN = 5 * MINUTE  # without a failure: a server that is in trouble may take a message at each attempt


class MailOutage:
    """The attempts of one sender to reach the mail server."""

    def __init__(self, alerts: Alerts, clock: Clock) -> None:
        self._alerts = alerts
        self._clock = clock
        self._since: float | None = None  # the elapsed time from which the server could not be used
        self._failed_at = 0.0  # that of the last one
        self._is_reported = False  # what a check has reported is left to the check

    def note(self, failure: Exception | None) -> None:
        """Open the alert after a quarter of an hour of failures; close it after the next success. Raises StoreError.

        One attempt may take longer than that, at a server that accepts connections and is silent then. The cause may be
        a file that the configuration names, such as `smtp.ca_file`, and that was removed meanwhile.
        """
        if isinstance(failure, MailError | ConfigurationError):
            elapsed = self._failed_at = self._clock.elapsed()
            lasted = failure.lasted if isinstance(failure, MailError) else 0.0
            self._since = elapsed - lasted if self._since is None else self._since
            if elapsed - self._since >= QUARTER.total_seconds():
                self._alerts.report(AlertKind.CHECK_FAILS, _CHECK, str(failure), self._clock.now())
                self._is_reported = True
        elif failure is None:
            self._since = None
            self.close_if_over()

    def note_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Take the outage for over some time after mail is sent again: the attempt may last for hours."""
        lasts = self._since is not None and self._clock.elapsed() - self._failed_at < _WORKS_AGAIN.total_seconds()
        if not lasts and any(receipt.outcome is Outcome.SENT for receipt in receipts):
            self._since = None

    def close_if_over(self) -> None:
        """Close the alert once the outage is over. Raises StoreError."""
        if self._is_reported and self._since is None:
            self._alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], self._clock.now())
            self._is_reported = False
