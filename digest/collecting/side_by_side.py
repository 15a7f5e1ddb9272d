"""Work side by side in threads that nobody joins: what is slow delays neither its caller nor the end of the process."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Generic, TypeVar

from digest.errors import StoppedError
from digest.sources.daemon_threads import start_daemons

_STOP_INTERVAL = 0.1  # seconds between two looks at `stop`

T = TypeVar("T")
R = TypeVar("R")


class SideBySide(Generic[T, R]):
    """Calls `work`, which must not raise, for each of `items`; `name` is that of the threads."""

    def __init__(self, items: Sequence[T], work: Callable[[T], R], *, at_once: int, name: str) -> None:
        self._items = items
        self._work = work
        self._at_once = at_once
        self._name = name
        self._waiting: queue.SimpleQueue[tuple[int, T]] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[tuple[int, R]] = queue.SimpleQueue()
        self._over = threading.Event()

    def run(self, end: float, stop: Callable[[], bool], *, stopped: str) -> Generator[tuple[int, R], None, None]:
        """Each item's place and result as it is done, until `end` (of the monotonic clock).

        Raises StoppedError with the message `stopped` soon after `stop()` is true.
        """
        for numbered in enumerate(self._items):
            self._waiting.put(numbered)
        # Daemons, not a pool: a pool's threads would keep the process alive until the last of them is done.
        start_daemons(self._work_on, min(self._at_once, len(self._items)), name=self._name)
        try:
            for _ in self._items:
                yield self._next(end, stop, stopped)
        except queue.Empty:
            return
        finally:
            self._over.set()

    def _next(self, end: float, stop: Callable[[], bool], stopped: str) -> tuple[int, R]:
        """The next result; raises StoppedError, and queue.Empty at the `end`."""
        while not stop():
            left = max(0.0, end - time.monotonic())
            try:
                return self._finished.get(timeout=min(left, _STOP_INTERVAL))
            except queue.Empty:
                if left <= _STOP_INTERVAL:
                    raise
        raise StoppedError(stopped)

    def _work_on(self) -> None:
        while not self._over.is_set():
            try:
                place, item = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._finished.put((place, self._work(item)))
