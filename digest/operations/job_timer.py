"""Runs jobs at intervals until a clock is stopped."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import schedule

from digest.errors import StoppedError
from digest.operations.change_log import ChangeLog
from digest.protocols import Clock

Job = tuple[timedelta, Callable[[], object]]
"""What `watch` runs, and how often."""

_log = logging.getLogger(__name__)


def watch(clock: Clock, jobs: Sequence[Job]) -> None:
    """Run each job at its interval until the clock is stopped; a job that fails is logged and runs again next time.

    What it fails with again is logged once an hour. No job starts after the clock was stopped.

    `schedule` uses the local time of the machine, so after the clock jumped back all times are moved. They are not set
    again: where a clock is corrected each hour, what is done at longer intervals would never be due.
    """
    changes = ChangeLog(clock)
    named = [(every, partial(run_job, clock, job, changes, str(number))) for number, (every, job) in enumerate(jobs)]
    timer = _make_timer(named)
    for _, run in named:
        run()
    shortest = max(min(interval for interval, _ in jobs).total_seconds(), 1.0)
    while not clock.wait(min(max(timer.idle_seconds or 0.0, 0.05), 1.0)):
        if (jumped := (timer.idle_seconds or 0.0) - shortest) > 0:
            _bring_forward(timer, timedelta(seconds=jumped))
        timer.run_pending()


def _make_timer(jobs: Sequence[Job]) -> schedule.Scheduler:
    timer = schedule.Scheduler()
    for interval, job in jobs:
        timer.every(max(int(interval.total_seconds()), 1)).seconds.do(job)
    return timer


def _bring_forward(timer: schedule.Scheduler, by: timedelta) -> None:
    for job in timer.jobs:
        if job.next_run is not None:
            job.next_run -= by


def run_job(clock: Clock, job: Callable[[], object], changes: ChangeLog, name: str) -> None:
    """Run a job of that name unless the clock is stopped; one that fails is logged."""
    if clock.wait(0):
        return
    try:
        job()
    except StoppedError as error:
        _log.info("%s", error)
    except Exception as error:  # noqa: BLE001 - no error of a job may end the scheduler
        changes.log_job(name, error)
    else:
        changes.forget(name)
