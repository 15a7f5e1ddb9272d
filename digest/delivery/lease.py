"""Background threads of a sender: one renews its leases and takes over from senders that vanished, one counts."""

import time
from collections.abc import Callable
from datetime import timedelta

from digest.delivery.repeated import Repeated

_LONGEST_LOOK = 1.0  # seconds between two looks at the other senders


def look_interval(lease: timedelta) -> float:
    """The seconds after which a sender looks at the others again."""
    return min(_LONGEST_LOOK, lease.total_seconds() / 3)


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
