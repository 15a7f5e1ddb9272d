"""Puts jobs into the queue that all hosts share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector

from digest.cluster.jobs import FIRST, Job
from digest.errors import StoreUnavailableError
from digest.model.jobs import OpenJob
from digest.store.upkeep.job_tables import JobTables

QUEUE = "digest"


class JobQueue:
    """The queue of one installation; every method raises StoreError."""

    def __init__(self, tables: JobTables) -> None:
        self._tables = tables
        self._manager = JobManager(SyncPsycopgConnector())  # it gets a connection of ours with each call

    def ensure(self, job: Job) -> None:
        """Queue a job unless one like it waits or runs; a decision replaces one that waits for its next try."""
        found = self._tables.find_open(job.name)
        outdated = [one for one in found if _is_outdated(one, job)]
        if len(outdated) == len(found):
            self._put(job, instead_of=outdated)

    def again(self, job: Job, wait: timedelta) -> None:
        """Queue a job that runs now to be done once more, after a while."""
        self._put(job, wait=wait)

    def _put(self, job: Job, *, instead_of: Sequence[OpenJob] = (), wait: timedelta = timedelta()) -> None:
        with self._transaction() as connection:
            for one in instead_of:
                self._manager.cancel_job_by_id(one.id, delete_job=True, connection=connection)
            (now,) = connection.execute("SELECT now()").fetchone()  # by this clock it is taken
            self._manager.defer_job(_queued(job, now + wait if wait else None), connection=connection)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """A transaction of Procrastinate; that another host was quicker is no error."""
        try:
            with self._tables.transaction() as connection:
                yield connection
        except AlreadyEnqueued:
            return
        except ConnectorException as error:
            raise StoreUnavailableError(f"the queue of jobs does not work: {type(error.__cause__).__name__}") from None


def _is_outdated(waiting: OpenJob, job: Job) -> bool:
    """Whether it waits to be tried again though somebody has decided meanwhile."""
    decided, known = job.arguments.get("decision", 0), waiting.arguments.get("decision", 0)
    return not waiting.is_running and waiting.not_before is not None and known != decided


def _queued(job: Job, not_before: datetime | None) -> QueuedJob:
    return QueuedJob(
        queue=QUEUE,
        task_name=str(job.kind),
        lock=job.name,
        queueing_lock=job.name,
        task_kwargs=dict(job.arguments),
        priority=1 if job.kind is FIRST else 0,
        scheduled_at=not_before,
    )
