"""Jobs beside a loop, each in a thread of its own: one that takes long delays neither the loop nor another."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from digest.operations.change_log import ChangeLog
from digest.operations.job_timer import run_job
from digest.protocols import Clock

THREADS = "digest-job"  # how the names of the threads begin
_MOST_AT_ONCE = 8  # far fewer than the connections that a database may have

Start = Callable[[str, Callable[[], object]], None]
"""Does a job of that name, now or beside what its caller does next."""


def at_once(_name: str, job: Callable[[], object]) -> None:
    """Do the job here and now."""
    job()


class BackgroundJobs:
    """Does jobs in threads until the block ends, which waits for them; a failure is logged.

    Once the clock is stopped, no job begins.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changes = ChangeLog(clock)
        self._threads: dict[str, threading.Thread] = {}
        self._turns = threading.Semaphore(_MOST_AT_ONCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for thread in self._threads.values():
            thread.join()

    def start(self, name: str, job: Callable[[], object]) -> None:
        """Begin the job, unless the last one of that name still runs."""
        before = self._threads.get(name)
        if before is None or not before.is_alive():
            thread = threading.Thread(target=self._do_in_turn, args=(name, job), name=f"{THREADS} {name}")
            thread.start()
            self._threads[name] = thread

    def _do_in_turn(self, name: str, job: Callable[[], object]) -> None:
        with self._turns:
            run_job(self._clock, job, self._changes, name)
