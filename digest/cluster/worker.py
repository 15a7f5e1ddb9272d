"""The worker of one host: a thread with an event loop, in which Procrastinate takes jobs and hands them to threads."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from procrastinate import App as JobApp
from procrastinate import JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg import AsyncConnection, sql
from psycopg import Error as DriverError

from digest.clock import SystemClock
from digest.cluster.host_work import HostWork
from digest.cluster.job_queue import QUEUE
from digest.cluster.jobs import JobKind
from digest.cluster.rescue import rescue
from digest.delivery.outage import outage_pauses
from digest.store.upkeep.job_tables import LEASE

_log = logging.getLogger(__name__)

_BEAT = LEASE.total_seconds() / 3
_POLL = 5.0  # seconds between two looks for jobs: a notification is lost when nobody listens
_JOBS = 3  # at once: a slow source delays no issue
_LOOK = 0.2  # seconds between two looks at the clock
_PATIENCE = 5.0  # seconds for telling a database that may be away
_LOUD = ("procrastinate", "psycopg")  # the loggers of libraries that repeat what we say once
_AWAY = "jobs: the database does not answer, will retry every few seconds"
_INTRODUCE = "INSERT INTO digest_worker (worker_id, host) VALUES (%(worker_id)s, %(host)s)"


@dataclass(frozen=True, kw_only=True)
class JobWorker:
    """Does jobs until its clock is stopped; while the database is away it tries again and again.

    `connection` are arguments of psycopg, `schema` holds the tables of the jobs.
    """

    work: HostWork
    clock: SystemClock
    connection: Mapping[str, Any]
    schema: str
    _running: set[int] = field(default_factory=set, repr=False)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do jobs during the block; at its end those in hand are finished, or handed to another host."""
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        # A daemon: a server that hangs would keep it, and with it the process, for ever.
        thread = threading.Thread(target=self._keep_serving, name="digest-jobs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.clock.stop()
            while self._running:
                thread.join(_LOOK)
            thread.join(2 * _PATIENCE)

    def _keep_serving(self) -> None:
        pauses = outage_pauses()
        while not self.clock.stopped:
            try:
                asyncio.run(self._serve())
                pauses = outage_pauses()
                self._log_end(_AWAY)
            except (ConnectorException, DriverError):
                self._log_end(_AWAY)
            except Exception as error:  # noqa: BLE001 - without this thread the host would do no jobs
                self._log_end(f"jobs: unexpected error ({type(error).__name__}), will retry", error)
            self.clock.wait(next(pauses))

    def _log_end(self, text: str, error: Exception | None = None) -> None:
        if not self.clock.stopped:
            self.work.changes.log(logging.ERROR, "worker", text, error=error)

    async def _serve(self) -> None:
        """Do jobs until the clock is stopped or the connection is lost."""
        asyncio.get_running_loop().set_exception_handler(_log_lost_end)
        app = self._app()
        async with app.open_async():
            worker = Worker(
                app,
                queues=[QUEUE],
                name=self.work.host,
                concurrency=_JOBS,
                fetch_job_polling_interval=_POLL,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=_BEAT,
                stalled_worker_timeout=LEASE.total_seconds(),
            )
            tasks = [asyncio.create_task(_serving(worker)), asyncio.create_task(self._beat(app, worker))]
            await self._until_over(tasks)
            await self._wind_up(worker, tasks)

    async def _until_over(self, tasks: list["asyncio.Task[None]"]) -> None:
        done: set[asyncio.Task[None]] = set()
        await asyncio.sleep(0)  # a stop before the first step of `Worker.run` would be forgotten
        while not done and not self.clock.stopped:
            done, _running = await asyncio.wait(tasks, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)

    async def _wind_up(self, worker: Worker, tasks: list["asyncio.Task[None]"]) -> None:
        """Let jobs in hand end, then the worker; raises what ended it."""
        worker.stop()  # type: ignore[no-untyped-call]  # Procrastinate's types are incomplete
        tasks[1].cancel()
        while self._running:  # noqa: ASYNC110 - what ends them are threads
            await asyncio.sleep(_LOOK)
        await asyncio.wait(tasks, timeout=_PATIENCE)
        tasks[0].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception):
                raise error

    async def _beat(self, app: JobApp, worker: Worker) -> None:
        """Tell the others our name, and take over lost jobs at each beat."""
        while worker.worker_id is None:  # noqa: ASYNC110 - Procrastinate has no event for it
            await asyncio.sleep(_LOOK)
        own = worker.worker_id
        await app.connector.execute_query_async(_INTRODUCE, worker_id=own, host=self.work.host)
        self.work.changes.log(logging.INFO, "worker", f"jobs: {self.work.host} takes part")
        suspects: set[int] = set()
        while True:
            suspects = await rescue(app.job_manager, own, set(self._running), suspects)
            await asyncio.sleep(_BEAT)

    def _app(self) -> JobApp:
        connector = PsycopgConnector(
            kwargs=dict(self.connection), min_size=1, max_size=_JOBS + 1, timeout=10.0, configure=self._configure
        )
        app = JobApp(connector=connector)
        for kind in JobKind:
            app.task(name=str(kind), queue=QUEUE, pass_context=True)(self._task_of(kind))
        return app

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
        await connection.commit()

    def _task_of(self, kind: JobKind) -> Any:
        def task(context: JobContext, **arguments: Any) -> None:
            number = context.job.id or 0
            self._running.add(number)
            try:
                self.work.perform(kind, arguments)
            finally:
                self._running.discard(number)

        return task


async def _serving(worker: Worker) -> None:
    await worker.run()  # type: ignore[no-untyped-call]  # Procrastinate's types are incomplete


def _log_lost_end(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """A job whose end could not be stored is not lost: `rescue` finds it."""
    _log.debug("jobs: %s", context.get("message"), exc_info=context.get("exception"))
