"""Compares the secret that signs links with those of the other running processes, and alerts if they differ."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from digest.app import App
from digest.delivery.lease import Repeated
from digest.diagnostics.results import Level
from digest.diagnostics.shared_secret import compared, signing_mark
from digest.errors import StoreError, StoreUnavailableError
from digest.model.receivers import AlertKind
from digest.scheduler.change_log import ChangeLog
from digest.scheduler.intervals import DAY, MINUTE
from digest.store.beats import SIGNING

_CHECK = "hosts"


class SecretWatch:
    """Notes that a process signs links, and with which secret; an alert is open while another one differs."""

    def __init__(self, app: App, process: str) -> None:
        self._app = app
        self._mark = signing_mark(app, process)
        self._changes = ChangeLog()

    def look(self) -> None:
        """Note our secret, and compare it; raises StoreError."""
        app = self._app
        app.beats.record(SIGNING, [self._mark], app.ledger_clock.now())
        found = compared(app)
        if found.level is Level.FAIL:
            self._changes.log(logging.ERROR, _CHECK, f"check {_CHECK}: {found.message}; {found.fix}")
            app.alerts.report(AlertKind.CHECK_FAILS, _CHECK, found.message, app.clock.now())
            return
        self._changes.forget(_CHECK)
        if any((one.kind, one.subject) == (AlertKind.CHECK_FAILS, _CHECK) for one in app.alerts.open()):
            app.alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], app.clock.now())

    def leave(self) -> None:
        """Forget our secret, so that no process that starts with a new one is compared with it; raises StoreError."""
        self._app.beats.forget(SIGNING, self._mark, before=self._app.ledger_clock.now() - DAY)


@contextmanager
def watching_secret(app: App, process: str) -> Iterator[None]:
    """Compare the secrets each minute, in a thread, until the block ends."""
    watch = SecretWatch(app, process)

    def look() -> None:
        with suppress(StoreUnavailableError):  # that the database is away is logged by all who need it
            watch.look()

    try:
        with Repeated("digest-secret", look, "secrets were not compared", first=0, pause=MINUTE / timedelta(seconds=1)):
            yield
    finally:
        with suppress(StoreError):
            watch.leave()
