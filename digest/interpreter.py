"""Settings of the whole interpreter for the time of a block: how threads take turns, how often cycles are collected.

Collecting and sending overlap in `digest run`. While several blocks ask for a setting the most demanding value holds;
when the last of them ends, in whatever order, the setting is again what it was before the first. What the collector
leaves out is the exception: nothing, once the last block has ended, also of what `tuned_for_importing` froze.
"""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class _SharedSetting(Generic[T]):
    """A setting of the process that several threads may change for a while; `prefer` picks among their values."""

    def __init__(self, read: Callable[[], T], write: Callable[[T], object], prefer: Callable[[list[T]], T]) -> None:
        self._read = read
        self._write = write
        self._prefer = prefer
        self._lock = threading.Lock()
        self._requests: list[T] = []
        self._original: T

    @contextmanager
    def at(self, value: T) -> Iterator[None]:
        """Ask for a value until the block ends."""
        with self._lock:
            if not self._requests:
                self._original = self._read()
            self._requests.append(value)
            self._write(self._prefer(self._requests))
        try:
            yield
        finally:
            with self._lock:
                self._requests.remove(value)
                self._write(self._prefer(self._requests) if self._requests else self._original)


def _freeze_or_unfreeze(frozen: bool) -> None:
    (gc.freeze if frozen else gc.unfreeze)()


def _enable_or_disable(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()


_switch_interval = _SharedSetting(sys.getswitchinterval, sys.setswitchinterval, min)
_threshold = _SharedSetting(gc.get_threshold, lambda values: gc.set_threshold(*values), max)
_frozen = _SharedSetting(lambda: False, _freeze_or_unfreeze, any)
_collected = _SharedSetting(gc.isenabled, _enable_or_disable, all)


@contextmanager
def tuned_for_importing() -> Iterator[None]:
    """Switch the collector of cycles off, and let it leave out from then on what there is at the end of the block."""
    # `digest status` took 0.66 s of CPU instead of 0.87 s (best of 16 runs each, 2026-11-28): the collector looked at
    # what modules define again and again, and once more at the end of the process.
    with _collected.at(False):
        yield
        gc.freeze()


@contextmanager
def tuned_for_collecting() -> Iterator[None]:
    """Let the fetcher's loop have its turn soon while another thread parses: 0.5 ms instead of Python's 5 ms."""
    # A round over 300 feeds of 40 items took 1.3 s instead of 1.6 s (best of 9 rounds each, 2 busy cores, 2026-11-26).
    with _switch_interval.at(0.0005):
        yield


@contextmanager
def tuned_for_sending() -> Iterator[None]:
    """Keep short what the connections wait for inside this process: other threads, and the collector of cycles."""
    # Scanning the same live objects again and again took an eighth of the time of sending (2026-11). And in the 5 ms
    # for which a thread may hold the interpreter by default, all connections may run out of messages.
    with _switch_interval.at(0.0002), _frozen.at(True), _threshold.at((10_000, *gc.get_threshold()[1:])):
        yield


@contextmanager
def tuned_for_serving() -> Iterator[None]:
    """Let the loop that answers requests and the threads that compute answers take turns soon."""
    with _switch_interval.at(0.0005), _frozen.at(True), _threshold.at((10_000, *gc.get_threshold()[1:])):
        yield


@contextmanager
def tuned_for_ranking() -> Iterator[None]:
    """Switch the collector of cycles off: results pile up, none of them in cycles, and it would scan them all."""
    # 50,000 articles with 24 readings each took 0.8 s of CPU instead of 1.1 s (median of 5 rounds each, 2026-11-26).
    with _collected.at(False):
        yield
