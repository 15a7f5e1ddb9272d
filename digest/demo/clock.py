"""The clock of the demo: a day takes two minutes, unless the visitor needs time."""

import threading
import time
from datetime import datetime, timedelta

from digest.clock import SystemClock

SPEED = 720.0  # a day in two minutes
_SHORTEST_WAIT = 0.25  # seconds: whoever waits for a moment looks for it four times a second at most


class DemoClock(SystemClock):
    """The only clock of its process, also that of the ledger; it runs as slowly as a real one until `run`."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self.start = self._moment = start
        self._marked = time.monotonic()  # when `_moment` was
        self._is_fast = False
        self._slow_until = 0.0

    def now(self) -> datetime:
        """The time in the demo."""
        with self._lock:
            return self._at(time.monotonic())

    certain = now

    def elapsed(self) -> float:
        """The seconds of the demo since its start."""
        return (self.now() - self.start).total_seconds()

    def wait(self, seconds: float) -> bool:
        """Wait for seconds of the demo, and at least a quarter of a real one if it is that long."""
        return super().wait(min(seconds, max(seconds / SPEED, _SHORTEST_WAIT)))

    def synchronize(self) -> None:
        """There is no other clock to compare it with."""

    @property
    def is_fast(self) -> bool:
        """Whether a day takes two minutes."""
        return self._is_fast

    @property
    def rests(self) -> bool:
        """Whether it runs slowly for now, because a visitor needs the time."""
        return time.monotonic() < self._slow_until

    def run(self) -> None:
        """Let a day take two minutes."""
        self._mark(is_fast=True)

    def slow_down(self) -> None:
        """Let a day take a day."""
        self._mark(is_fast=False)

    def rest(self, seconds: float) -> None:
        """Run as slowly as a real clock for that many seconds: a visitor fills in a form, or has time to undo."""
        self._mark(is_fast=self._is_fast)
        self._slow_until = time.monotonic() + seconds

    def skip_to(self, moment: datetime) -> None:
        """Go on from a later moment, and let a day take two minutes."""
        self._mark(is_fast=True)
        with self._lock:
            self._moment, self._slow_until = max(self._moment, moment), 0.0

    def _mark(self, *, is_fast: bool) -> None:
        with self._lock:
            marked = time.monotonic()
            self._moment, self._marked, self._is_fast = self._at(marked), marked, is_fast

    def _at(self, instant: float) -> datetime:
        passed = instant - self._marked
        slow = min(passed, max(self._slow_until - self._marked, 0.0)) if self._is_fast else passed
        return self._moment + timedelta(seconds=slow + (passed - slow) * SPEED)
