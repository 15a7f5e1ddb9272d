"""Compares the secret and the configuration of this process with those of the others that are running."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from digest.app import App
from digest.delivery.repeated import Repeated
from digest.diagnostics.installation.host_settings import compared, marks
from digest.diagnostics.results import Level
from digest.errors import StoreError, StoreUnavailableError
from digest.model.receivers import AlertKind
from digest.operations.change_log import ChangeLog
from digest.scheduler.intervals import DAY, MINUTE
from digest.store.upkeep.beats import SETTINGS

_CHECK = "hosts"


class HostWatch:
    """Notes what a process has read, and logs what differs; an alert is open while a secret does."""

    def __init__(self, app: App, process: str) -> None:
        self._app = app
        self._marks = marks(app, process)
        self._changes = ChangeLog(app.clock)

    def look(self) -> None:
        """Note what we have read, and compare it; raises StoreError."""
        app = self._app
        app.beats.record(SETTINGS, self._marks, app.ledger_clock.now())
        found = [one for one in compared(app) if one.level is not Level.OK]
        failed = [one.message for one in found if one.level is Level.FAIL]
        if found:
            text = "; ".join(f"check {_CHECK}: {one.message}; {one.fix}" for one in found)
            self._changes.log(logging.ERROR if failed else logging.WARNING, _CHECK, text)
        else:
            self._changes.forget(_CHECK)
        if failed:
            app.alerts.report(AlertKind.CHECK_FAILS, _CHECK, failed[0], app.clock.now())
        elif _CHECK in app.alerts.open_subjects(AlertKind.CHECK_FAILS):
            app.alerts.clear(AlertKind.CHECK_FAILS, [_CHECK], app.clock.now())

    def leave(self) -> None:
        """Forget our marks, so that no process that starts with a new secret is compared with it; raises StoreError."""
        self._app.beats.forget(SETTINGS, self._marks, before=self._app.ledger_clock.now() - DAY)


@contextmanager
def watching_hosts(app: App, process: str) -> Iterator[None]:
    """Compare them each minute, in a thread, until the block ends."""
    watch = HostWatch(app, process)

    def look() -> None:
        with suppress(StoreUnavailableError):  # that the database is away is logged by all who need it
            watch.look()

    try:
        with Repeated("digest-hosts", look, "hosts were not compared", first=0, pause=MINUTE / timedelta(seconds=1)):
            yield
    finally:
        with suppress(StoreError):
            watch.leave()
