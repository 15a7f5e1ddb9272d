"""Jobs of hosts that are lost are taken over; a job is never dropped, and never keeps its successor from running."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from procrastinate import PsycopgConnector
from procrastinate.manager import JobManager
from psycopg import AsyncConnection
from sqlalchemy import text

from digest.cluster.job_queue import QUEUE, JobQueue
from digest.cluster.job_schema import make_job_tables
from digest.cluster.jobs import JobKind, timed_job
from digest.cluster.rescue import rescue
from digest.store.engine.database import Database
from digest.store.engine.database_url import connection_arguments
from digest.store.upkeep.job_tables import LEASE, JobTables
from tests.cluster.test_jobs import AT
from tests.support.store import opened

T = TypeVar("T")
NAME = "maintain"


@pytest.fixture
def database(postgres_store_url: str) -> Iterator[Database]:
    """A database with one job in the queue."""
    with opened(postgres_store_url) as database:
        make_job_tables(JobTables(database))
        JobQueue(JobTables(database)).ensure(timed_job(JobKind.MAINTAIN, AT))
        yield database


def during(url: str, steps: Callable[[JobManager], Awaitable[T]]) -> T:
    """Let a coroutine use Procrastinate's connections."""

    async def enter(connection: AsyncConnection[Any]) -> None:
        await connection.execute("SET search_path TO digest_jobs")
        await connection.commit()

    async def main() -> T:
        connector = PsycopgConnector(kwargs=connection_arguments(url), min_size=1, max_size=2, configure=enter)
        await connector.open_async()
        try:
            return await steps(JobManager(connector))
        finally:
            await connector.close_async()

    return asyncio.run(main())


async def taken(manager: JobManager) -> tuple[int, int]:
    """A worker of a host has taken the job: the numbers of both."""
    worker = await manager.register_worker()
    await manager.connector.execute_query_async("INSERT INTO digest_worker VALUES (%(worker)s, 'beta')", worker=worker)
    job = await manager.fetch_job([QUEUE], worker)
    assert job is not None
    return worker, job.id or 0


async def silenced(manager: JobManager, worker: int) -> None:
    """Its last beat is longer ago than its lease."""
    await manager.connector.execute_query_async(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %(seconds)s)"
        " WHERE id = %(worker)s",
        worker=worker,
        seconds=LEASE.total_seconds() + 1,
    )


def states(database: Database) -> list[bool]:
    """Whether each open job runs."""
    return [one.is_running for one in JobTables(database).find_open(NAME)]


def test_rescue_takes_over_the_job_of_a_lost_host(
    database: Database, postgres_store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not before its lease is over; the log names the host and the job."""

    async def steps(manager: JobManager) -> None:
        worker, _job = await taken(manager)
        own = await manager.register_worker()
        await rescue(manager, own, [], [])
        assert states(database) == [True]
        await silenced(manager, worker)
        await rescue(manager, own, [], [])

    with caplog.at_level(logging.WARNING, "digest"):
        during(postgres_store_url, steps)
    assert states(database) == [False]
    assert caplog.messages == ["job maintain: taken over from beta, which has stopped responding"]


def test_rescue_drops_a_lost_job_if_one_like_it_waits(database: Database, postgres_store_url: str) -> None:
    """Two with one name cannot wait; the one that waits does the work."""

    async def steps(manager: JobManager) -> None:
        worker, _job = await taken(manager)
        JobQueue(JobTables(database)).again(timed_job(JobKind.MAINTAIN, AT), timedelta(minutes=1))
        await silenced(manager, worker)
        await rescue(manager, await manager.register_worker(), [], [])

    during(postgres_store_url, steps)
    assert states(database) == [False]


def test_rescue_finds_the_job_of_a_worker_whose_row_is_gone(database: Database, postgres_store_url: str) -> None:
    """Another worker that starts deletes the rows of those that send no beat."""

    async def steps(manager: JobManager) -> None:
        worker, _job = await taken(manager)
        await silenced(manager, worker)
        await manager.prune_stalled_workers(LEASE.total_seconds())
        await rescue(manager, await manager.register_worker(), [], [])

    during(postgres_store_url, steps)
    assert states(database) == [False]


def test_rescue_of_several_hosts_at_once_takes_a_job_over_once(database: Database, postgres_store_url: str) -> None:
    """Those that come second find that there is nothing to do."""

    async def steps(manager: JobManager) -> None:
        worker, _job = await taken(manager)
        await silenced(manager, worker)
        own = await manager.register_worker()
        stalled = list(await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=LEASE.total_seconds()))
        await rescue(manager, own, [], [])

        async def known(**_filters: object) -> list[Any]:
            return stalled

        manager.get_stalled_jobs = known  # type: ignore[method-assign,assignment]  # as it was a moment before
        await rescue(manager, own, [], [])

    during(postgres_store_url, steps)
    assert states(database) == [False]


def test_rescue_queues_a_job_of_ours_that_nobody_does(database: Database, postgres_store_url: str) -> None:
    """Its end could not be stored while the database was away; at the first look it may be about to begin or end."""

    async def steps(manager: JobManager) -> list[list[bool]]:
        own, job = await taken(manager)
        seen = []
        suspects: set[int] = set()
        for running in ([job], [], []):
            suspects = await rescue(manager, own, running, suspects)
            seen.append(states(database))
        return seen

    assert during(postgres_store_url, steps) == [[True], [True], [False]]


def test_hosts_that_are_alive_are_named_with_their_jobs(database: Database, postgres_store_url: str) -> None:
    """A host that sends no beat is not among them; the names of workers that are gone are forgotten."""
    tables = JobTables(database)

    async def steps(manager: JobManager) -> None:
        worker, _job = await taken(manager)
        (host,) = tables.hosts()
        assert (host.name, host.jobs) == ("beta", ("maintain",))
        await silenced(manager, worker)
        assert tables.hosts() == []
        await manager.prune_stalled_workers(LEASE.total_seconds())
        tables.delete_ended()

    during(postgres_store_url, steps)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM digest_jobs.digest_worker")).scalar_one() == 0
