"""Takes over jobs of hosts that are lost. It runs on each host's beat and is no job: a job could be lost itself."""

import logging
from collections.abc import Collection, Mapping

from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg.errors import RaiseException

from digest.cluster.job_queue import QUEUE
from digest.store.upkeep.job_tables import LEASE

_log = logging.getLogger(__name__)

_HOSTS = "SELECT worker_id, host FROM digest_worker"


async def rescue(manager: JobManager, own: int, running: Collection[int], suspects: Collection[int]) -> set[int]:
    """Queue the jobs of lost hosts again, and those of ours that nobody does; raises ConnectorException.

    `running` are the jobs of this process, `suspects` those that the last call returned: they were ours and not among
    them. A job is among neither for a moment when it begins and when it ends, so it counts as lost the second time.
    """
    stalled = await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=LEASE.total_seconds())
    hosts = await _host_names(manager) if stalled else {}
    for job in stalled:
        if await _queue_again(manager, job):
            host = hosts.get(job.worker_id or 0, "another host")
            _log.warning("job %s: taken over from %s, which has stopped responding", job.queueing_lock, host)
    mine = await manager.list_jobs_async(queue=QUEUE, status=Status.DOING.value, worker_id=own)
    idle = {job.id: job for job in mine if job.id is not None and job.id not in running}
    for number in idle.keys() & set(suspects):
        if await _queue_again(manager, idle[number]):
            _log.warning("job %s: its end could not be stored, it is queued again", idle[number].queueing_lock)
    return set(idle)


async def _host_names(manager: JobManager) -> Mapping[int, str]:
    rows = await manager.connector.execute_query_all_async(_HOSTS)
    return {row["worker_id"]: row["host"] for row in rows}


async def _queue_again(manager: JobManager, job: Job) -> bool:
    """Queue it unless one like it waits already, or another host was quicker; whether we did."""
    try:
        await manager.retry_job(job)
    except (UniqueViolation, AlreadyEnqueued):
        return await _drop(manager, job)
    except ConnectorException as error:
        if isinstance(error.__cause__, RaiseException):
            return False
        raise
    return True


async def _drop(manager: JobManager, job: Job) -> bool:
    try:
        await manager.finish_job(job, Status.FAILED, delete_job=True)
    except ConnectorException as error:
        if not isinstance(error.__cause__, RaiseException):
            raise
    return False
