"""Runs jobs at intervals until a clock is stopped."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

import schedule

from digest.errors import DigestError, StoppedError
from digest.protocols import Clock

Job = tuple[timedelta, Callable[[], object]]
"""What `watch` runs, and how often."""

_log = logging.getLogger(__name__)


def watch(clock: Clock, jobs: Sequence[Job]) -> None:
    """Run each job at its interval until the clock is stopped; a job that fails is logged and runs again next time.

    No job starts after the clock was stopped.

    `schedule` uses the local time of the machine, so after the clock jumped back the timer is set again.
    """
    timer = _make_timer(clock, jobs)
    for _, job in jobs:
        run_job(clock, job)
    shortest = max(min(interval for interval, _ in jobs).total_seconds(), 1.0)
    while not clock.wait(min(max(timer.idle_seconds or 0.0, 0.05), 1.0)):
        if (timer.idle_seconds or 0.0) > shortest:
            timer = _make_timer(clock, jobs)
        timer.run_pending()


def _make_timer(clock: Clock, jobs: Sequence[Job]) -> schedule.Scheduler:
    timer = schedule.Scheduler()
    for interval, job in jobs:
        timer.every(max(int(interval.total_seconds()), 1)).seconds.do(run_job, clock, job)
    return timer


def run_job(clock: Clock, job: Callable[[], object]) -> None:
    """Run a job unless the clock is stopped; one that fails is logged."""
    if clock.wait(0):
        return
    try:
        job()
    except StoppedError as error:
        _log.info("%s", error)
    except DigestError as error:
        _log.error("%s", error)
    except Exception:  # noqa: BLE001 - no error of a job may end the scheduler
        _log.exception("unexpected error in a job; the scheduler continues")
