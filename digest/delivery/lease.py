"""A background thread that renews the leases of a sender while it sends, and takes over from senders that vanished."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from digest.errors import StoreError

_log = logging.getLogger(__name__)

_FIRST = 1.0  # seconds before the first renewal: it also counts the other senders, which may have started with us


class LeaseRenewal:
    """Calls `renew` from a thread after a second and then three times in each lease, until the block ends."""

    def __init__(self, renew: Callable[[], None], lease: timedelta) -> None:
        self._renew = renew
        self._pause = lease.total_seconds() / 3
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digest-leases", daemon=True)

    def __enter__(self) -> "LeaseRenewal":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        pause = _FIRST
        while not self._done.wait(pause):
            pause = self._pause
            try:
                self._renew()
            except StoreError as error:
                _log.warning("leases were not renewed: %s", error)
