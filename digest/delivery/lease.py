"""A background thread that renews the leases of a sender while it sends, and takes over from senders that vanished."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from digest.errors import StoreError

_log = logging.getLogger(__name__)

_LONGEST_LOOK = 1.0  # seconds between two looks at the other senders


def look_interval(lease: timedelta) -> float:
    """The seconds after which a sender looks at the others again."""
    return min(_LONGEST_LOOK, lease.total_seconds() / 3)


class LeaseRenewal:
    """Calls `look` from a thread every second, and `renew` three times in each lease, until the block ends."""

    def __init__(self, look: Callable[[], None], renew: Callable[[], None], lease: timedelta) -> None:
        self._look = look
        self._renew = renew
        self._interval = look_interval(lease)
        self._pause = lease.total_seconds() / 3
        self._due = 0.0  # the first look renews too: rows may have been claimed long before
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digest-leases", daemon=True)

    def __enter__(self) -> "LeaseRenewal":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._interval):
            try:
                self._beat()
            except StoreError as error:
                _log.warning("leases were not renewed: %s", error)

    def _beat(self) -> None:
        if time.monotonic() >= self._due:
            self._renew()
            self._due = time.monotonic() + self._pause
        self._look()
