"""The worker of a host goes on after every error: without it the host would do no jobs."""

import logging
from typing import Any
from unittest import mock

import pytest
from procrastinate.exceptions import ConnectorException

from digest.clock import SystemClock
from digest.cluster import worker
from digest.cluster.host_work import HostWork
from digest.cluster.worker import JobWorker
from digest.operations.change_log import ChangeLog
from digest.store.upkeep.job_tables import LEASE


class ImpatientClock(SystemClock):
    """A clock that waits for nothing."""

    def wait(self, seconds: float) -> bool:
        """Return at once."""
        return super().wait(0 * seconds)


def test_worker_goes_on_after_every_error_and_logs_each_once(caplog: pytest.LogCaptureFixture) -> None:
    """An outage is one line however long it lasts; an unexpected error has its traceback."""
    clock = ImpatientClock()
    errors: list[Exception | None] = [ConnectorException(), ConnectorException(), None, ValueError("odd"), None]

    async def serve(_worker: Any) -> None:
        error = errors.pop(0)
        if not errors:
            clock.stop()
        if error is not None:
            raise error

    work = mock.create_autospec(HostWork, instance=True, changes=ChangeLog(clock))
    own = JobWorker(work=work, clock=clock, connection={}, schema="digest_jobs")
    with caplog.at_level(logging.INFO, "digest"), mock.patch.object(JobWorker, "_serve", serve):
        own._keep_serving()
    assert caplog.messages == [
        "jobs: the database does not answer, will retry every few seconds",
        "jobs: unexpected error (ValueError), will retry",
    ]
    assert errors == []


def test_worker_takes_jobs_of_a_lost_host_over_within_a_minute() -> None:
    """A quarter of it is left to do them."""
    assert LEASE.total_seconds() + worker._BEAT + worker._POLL <= 45
