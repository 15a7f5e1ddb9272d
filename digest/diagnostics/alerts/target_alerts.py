"""Alerts to chat and push services: when one begins, each day, when it ends."""

import logging
import threading
from dataclasses import dataclass, field

from digest.app import App
from digest.diagnostics.alerts.alerts import alert_page
from digest.errors import StoreError
from digest.i18n import Translator
from digest.model.receivers import Alert, AlertKind
from digest.notices.target import Notice, Target
from digest.parsing.redaction import with_masked_addresses
from digest.rendering.system_page import SystemPage
from digest.store.upkeep.alert_notices import RETRIED

LIMIT = 60.0  # seconds, after which a service that has not answered is reported

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TargetAlerts:
    """Notifies each target in a thread of its own, so that a slow one delays nothing; a failure is tried again.

    `_failing` holds the targets whose failure was logged.
    """

    app: App
    limit: float = LIMIT
    _busy: dict[str, tuple[threading.Thread, float]] = field(default_factory=dict)
    _failing: set[str] = field(default_factory=set)

    def __call__(self) -> None:
        """Begin to notify the targets of what they have not received; raises StoreError, ConfigurationError."""
        for target in self.app.alert_targets():
            if self._is_busy(target):
                continue
            alerts = self.app.alert_notices.due(target.key, self.app.ledger_clock.now())
            if alerts:
                self._start(target, alerts)

    def _is_busy(self, target: Target) -> bool:
        """Whether the last notices are still being sent; logs a service that does not answer."""
        thread, began = self._busy.get(target.key, (None, 0.0))
        if thread is None or not thread.is_alive():
            return False
        if self.app.clock.elapsed() - began >= self.limit:
            self._log_failure(target, f"the service has not answered within {self.limit:.0f} s")
        return True

    def _start(self, target: Target, alerts: list[tuple[int, Alert]]) -> None:
        name = f"alert {target.label}"
        thread = threading.Thread(target=self._notify_or_log, args=(target, alerts), name=name, daemon=True)
        self._busy[target.key] = (thread, self.app.clock.elapsed())
        thread.start()

    def _notify_or_log(self, target: Target, alerts: list[tuple[int, Alert]]) -> None:
        try:
            for number, alert in alerts:
                self._notify(target, number, alert)
        except StoreError as error:
            _log.error("%s: what was sent could not be stored: %s", target.label, error)

    def _notify(self, target: Target, number: int, alert: Alert) -> None:
        notices, now = self.app.alert_notices, self.app.ledger_clock.now()
        if self.app.clock.wait(0) or not notices.claim(number, target.key, now):
            return
        if not is_notified(target, alert_notice(self.app, alert)):
            self._log_failure(target, "the service did not accept the notice")
            return
        self._failing.discard(target.key)
        notices.record(number, target.key, now, ended=alert.cleared_at is not None)

    def _log_failure(self, target: Target, reason: str) -> None:
        if target.key not in self._failing:
            self._failing.add(target.key)
            every = f"{RETRIED.total_seconds() / 60:.0f} minutes"
            _log.warning("%s: no alert was sent: %s; will retry every %s", target.label, reason, every)


def is_notified(target: Target, notice: Notice) -> bool:
    """Whether the service accepted the notice; a fault in its library is a failure, and may contain its URL."""
    try:
        return target.notify(notice)
    except Exception as error:  # noqa: BLE001 - hundreds of services, each with errors of its own
        _log.debug("%s: unexpected error (%s)", target.label, type(error).__name__)
        return False


def alert_notice(app: App, alert: Alert) -> Notice:
    """The alert as a notice, in the portal's first language; who holds an issue is masked for the foreign service."""
    page = alert_page(app, alert, Translator(app.settings.portal.languages[0], app.zone))
    notice = page_notice(page, has_ended=alert.cleared_at is not None)
    return notice._replace(text=with_masked_addresses(notice.text)) if alert.kind is AlertKind.ISSUE_HELD else notice


def page_notice(page: SystemPage, *, has_ended: bool = False) -> Notice:
    """A message of the system as a notice."""
    return Notice(title=page.subject, text="\n\n".join(page.paragraphs), has_ended=has_ended)
