"""Repeats calls to the ledger while the database is away, so that results in memory are stored once it answers."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import TypeVar

from digest.errors import StoreUnavailableError
from digest.protocols import Clock

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds
_PATIENCE = 10.0  # seconds since the first failure: a process that is stopped later does not wait any more
_PAUSE_WHEN_STOPPED = 0.5


def outage_pauses() -> Iterator[float]:
    """The seconds between attempts to reach the database: 1, 2, 4, and 8 from then on."""
    return chain(_PAUSES, repeat(_PAUSES[-1]))


class OutageRetry:
    """The outages of one database, as seen by all threads of a sender; each is logged once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: float | None = None  # monotonic

    def call(self, action: Callable[[bool], _T], wait: Callable[[float], bool]) -> _T:
        """Call `action(False)`, and after a StoreUnavailableError `action(True)` until the database answers.

        With True the call before it may have been committed nevertheless: its answer was lost. `wait` is that of a
        clock. Once the clock is stopped, an outage of 10 seconds or more raises the error.
        """
        repeated = False
        pauses = outage_pauses()
        while True:
            try:
                result = action(repeated)
            except StoreUnavailableError as error:
                self._pause(error, next(pauses), wait)
                repeated = True
            else:
                if repeated:
                    self._note_answer()
                return result

    def _pause(self, error: StoreUnavailableError, seconds: float, wait: Callable[[float], bool]) -> None:
        lasted = self._note_failure(error)
        if not wait(seconds):
            return
        if lasted >= _PATIENCE:
            raise error
        time.sleep(_PAUSE_WHEN_STOPPED)

    def _note_failure(self, error: StoreUnavailableError) -> float:
        """Log the start of an outage; returns the seconds since then."""
        now = time.monotonic()
        with self._lock:
            if self._began is None:
                self._began = now
                _log.error("sending waits until the database answers, and keeps its results: %s", error)
            return now - self._began

    def _note_answer(self) -> None:
        with self._lock:
            if self._began is not None:
                _log.warning("sending continues; the database was away for %.0f s", time.monotonic() - self._began)
                self._began = None


class PatientCalls:
    """The calls of one sender to its ledger: each waits, by its clock, while the database is away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outages = OutageRetry()

    def call(self, action: Callable[[], _T]) -> _T:
        """Call `action` until the database answers; raises what `OutageRetry.call` raises."""
        return self._outages.call(lambda _repeated: action(), self._clock.wait)

    def call_repeatable(self, action: Callable[[bool], _T]) -> _T:
        """The same for an action that must know whether an earlier call may have been committed."""
        return self._outages.call(action, self._clock.wait)
