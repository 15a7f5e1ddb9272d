"""The system clock, through which the program is also stopped."""

import threading
from datetime import UTC, datetime


class SystemClock:
    """The time of the machine; `wait` returns early once `stop()` was called."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> bool:
        """Wait; returns true at once when the clock is stopped."""
        return self._stopped.wait(seconds)

    def stop(self) -> None:
        """End all waiting."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the clock was stopped."""
        return self._stopped.is_set()
