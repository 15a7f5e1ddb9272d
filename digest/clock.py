"""The real clock, and the one place where the program is asked to stop."""

import threading
from datetime import UTC, datetime


class SystemClock:
    """The machine's time; `wait` ends early, and says so, once `stop()` was called."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> bool:
        """Wait; true at once when somebody asked to stop."""
        return self._stopped.wait(seconds)

    def stop(self) -> None:
        """Ask everybody who waits to end."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopped.is_set()
