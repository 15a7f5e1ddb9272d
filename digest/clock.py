"""The system clock, through which the program is also stopped."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

# CLOCK_MONOTONIC does not advance while a laptop sleeps; not every system has the other one.
_EVEN = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The time of the machine; `wait` returns early once `stop()` was called."""

    def __init__(self) -> None:
        self._is_stopped = False
        # No Event: a signal's handler that stops the clock would wait for the Event's own lock, which the thread that
        # the signal has interrupted may hold.
        self._running = threading.Lock()
        self._running.acquire()  # until the clock is stopped
        self._on_stop: list[Callable[[], object]] = []

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """The seconds since the machine started, also while it was suspended; setting the time does not change them."""
        return time.clock_gettime(_EVEN)

    def wait(self, seconds: float) -> bool:
        """Wait; returns true at once when the clock is stopped."""
        if not self._is_stopped and self._running.acquire(timeout=max(seconds, 0.0)):
            self._let_go()
        return self._is_stopped

    def stop(self) -> None:
        """End all waiting."""
        self._is_stopped = True
        self._let_go()
        for call in self._on_stop:
            call()

    def on_stop(self, call: Callable[[], object]) -> None:
        """Call this too when the clock is stopped: it ends a wait for something else."""
        self._on_stop.append(call)

    @property
    def stopped(self) -> bool:
        """Whether the clock was stopped."""
        return self._is_stopped

    def _let_go(self) -> None:
        """Let the next one go on who waits."""
        with suppress(RuntimeError):  # another one has just done it
            self._running.release()
