"""Runs jobs at intervals until a clock is stopped."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import schedule

from digest.errors import DigestError, StoppedError
from digest.protocols import Clock

Job = tuple[timedelta, Callable[[], object]]
"""What `watch` runs, and how often."""

_AGAIN = 59 * 60.0  # seconds: what a job of every hour fails with is logged each time

_log = logging.getLogger(__name__)


class FailureLog:
    """Logs what jobs fail with; a failure that a job repeats within an hour is logged at level debug."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logged: dict[str, tuple[str, float]] = {}

    def log(self, job: str, text: str, error: BaseException | None = None) -> None:
        """Log a failure, with the traceback of an unexpected error."""
        now, failure = self._clock.elapsed(), f"{text} {error}"  # the text names only the type of an unexpected error
        last, moment = self._logged.get(job, ("", now))
        is_repeated = last == failure and now - moment < _AGAIN
        if not is_repeated:
            self._logged[job] = (failure, now)
        _log.log(logging.DEBUG if is_repeated else logging.ERROR, "%s", text, exc_info=error)

    def forget(self, job: str) -> None:
        """Log the next failure of the job in any case."""
        self._logged.pop(job, None)


def watch(clock: Clock, jobs: Sequence[Job]) -> None:
    """Run each job at its interval until the clock is stopped; a job that fails is logged and runs again next time.

    What it fails with again is logged once an hour. No job starts after the clock was stopped.

    `schedule` uses the local time of the machine, so after the clock jumped back the timer is set again.
    """
    failures = FailureLog(clock)
    named = [(every, partial(run_job, clock, job, failures, str(number))) for number, (every, job) in enumerate(jobs)]
    timer = _make_timer(named)
    for _, run in named:
        run()
    shortest = max(min(interval for interval, _ in jobs).total_seconds(), 1.0)
    while not clock.wait(min(max(timer.idle_seconds or 0.0, 0.05), 1.0)):
        if (timer.idle_seconds or 0.0) > shortest:
            timer = _make_timer(named)
        timer.run_pending()


def _make_timer(jobs: Sequence[Job]) -> schedule.Scheduler:
    timer = schedule.Scheduler()
    for interval, job in jobs:
        timer.every(max(int(interval.total_seconds()), 1)).seconds.do(job)
    return timer


def run_job(clock: Clock, job: Callable[[], object], failures: FailureLog, name: str) -> None:
    """Run a job of that name unless the clock is stopped; one that fails is logged."""
    if clock.wait(0):
        return
    try:
        job()
    except StoppedError as error:
        _log.info("%s", error)
    except DigestError as error:
        failures.log(name, str(error))
    except Exception as error:  # noqa: BLE001 - no error of a job may end the scheduler
        failures.log(name, f"unexpected error in a job ({type(error).__name__}); the scheduler continues", error)
    else:
        failures.forget(name)
