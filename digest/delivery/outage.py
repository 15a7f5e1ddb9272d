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
_PAUSES = (1.0, 2.0)  # seconds: the rows that lost hosts had claimed wait, too
_PATIENCE = 10.0  # seconds since the first failure: a process that is stopped later does not wait any more
_PAUSE_WHEN_STOPPED = 0.5


def outage_pauses() -> Iterator[float]:
    """The seconds between attempts to reach the database: 1, and 2 from then on."""
    return chain(_PAUSES, repeat(_PAUSES[-1]))


class PatientCalls:
    """The calls of one sender to its ledger: each waits while the database is away; an outage is logged once.

    Threads of the sender share it. `clock` waits; once it is stopped, an outage of 10 seconds or more raises its error.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began: float | None = None  # monotonic, of an outage

    def call(self, action: Callable[[], _T]) -> _T:
        """Call `action` until the database answers."""
        return self.call_repeatable(lambda _repeated: action())

    def call_repeatable(self, action: Callable[[bool], _T]) -> _T:
        """Call `action(False)`, and after a StoreUnavailableError `action(True)` until the database answers.

        With True the call before it may have been committed nevertheless: its answer was lost.
        """
        repeated = False
        pauses = outage_pauses()
        while True:
            try:
                result = action(repeated)
            except StoreUnavailableError as error:
                self._pause(error, next(pauses))
                repeated = True
            else:
                if repeated:
                    self._note_answer()
                return result

    def _pause(self, error: StoreUnavailableError, seconds: float) -> None:
        lasted = self._note_failure(error)
        if not self._clock.wait(seconds):
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
