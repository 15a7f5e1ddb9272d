"""Background threads of a sender: one renews its leases and takes over from senders that vanished, one counts."""

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


class Repeated:
    """Calls `action` from a thread after `first` seconds, and then every `pause` seconds, until the block ends.

    `failure` is what the log says of a StoreError.
    """

    def __init__(self, name: str, action: Callable[[], None], failure: str, *, first: float, pause: float) -> None:
        self._action = action
        self._failure = failure
        self._wait = first
        self._pause = pause
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "Repeated":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        last = ""  # a failure that lasts is logged once
        while not self._done.wait(self._wait):
            self._wait = self._pause
            try:
                self._action()
            except StoreError as error:
                failure = f"{self._failure}: {error}"
                _log.log(logging.DEBUG if failure == last else logging.WARNING, "%s", failure)
                last = failure
            else:
                last = ""


class LeaseRenewal(Repeated):
    """Calls `look` from a thread every second, and `renew` three times in each lease, until the block ends."""

    def __init__(self, look: Callable[[], None], renew: Callable[[], None], lease: timedelta) -> None:
        interval = look_interval(lease)
        super().__init__("digest-leases", self._beat, "leases were not renewed", first=interval, pause=interval)
        self._look = look
        self._renew = renew
        self._period = lease.total_seconds() / 3
        self._due = 0.0  # the first look renews too: rows may have been claimed long before

    def _beat(self) -> None:
        if time.monotonic() >= self._due:
            self._renew()
            self._due = time.monotonic() + self._period
        self._look()


class SentCount(Repeated):
    """Calls `record` three times in each lease, in its own thread: counting takes long in a large issue."""

    def __init__(self, record: Callable[[], None], lease: timedelta) -> None:
        pause = lease.total_seconds() / 3
        super().__init__(
            "digest-sent", record, "sent messages were not counted", first=look_interval(lease), pause=pause
        )
