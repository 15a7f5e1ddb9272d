"""The checks that a user started from the console: one run at a time, in the background."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.diagnostics.results import NamedResult


@dataclass(frozen=True, kw_only=True)
class CheckRun:
    """A run that has ended: when it began, and its results; None where the database was lost before the end."""

    started_at: datetime
    results: Sequence[NamedResult] | None


class CheckRuns:
    """The run of this process that is under way, and the last one that has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started_at: datetime | None = None
        self._last: CheckRun | None = None

    @property
    def started_at(self) -> datetime | None:
        """When the run that is under way began; None: there is none."""
        return self._started_at

    @property
    def last(self) -> CheckRun | None:
        """The last run that has ended."""
        return self._last

    def start(self, run: Callable[[], Sequence[NamedResult]], now: datetime) -> bool:
        """Begin a run; false if one is under way."""
        with self._lock:
            if self._started_at is not None:
                return False
            self._started_at = now
        # A daemon, because the process may end before a name server has answered.
        threading.Thread(target=self._carry_out, args=(run, now), name="checks", daemon=True).start()
        return True

    def _carry_out(self, run: Callable[[], Sequence[NamedResult]], started_at: datetime) -> None:
        results = None
        try:
            results = run()
        finally:
            self._last = CheckRun(started_at=started_at, results=results)
            self._started_at = None
