"""`digest run` on one host of several: it queues what is due, and does jobs of whichever host queued them."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

from digest.cluster.due_jobs import DueJobs
from digest.cluster.host_work import HostWork
from digest.cluster.job_queue import JobQueue
from digest.cluster.job_schema import make_job_tables
from digest.cluster.worker import JobWorker
from digest.diagnostics.alerts.notices import Notices
from digest.errors import DigestError
from digest.operations.change_log import ChangeLog
from digest.operations.job_timer import Job
from digest.scheduler.bounce_reading import reading_bounces
from digest.scheduler.daily_run import DailyRun, log_next_issues, record_beat
from digest.scheduler.intervals import DAY, LOOK, MINUTE
from digest.scheduler.publisher import Publisher
from digest.scheduler.sending import keep_sending
from digest.scheduler.upkeep import upkeep
from digest.store.engine.database_url import connection_arguments

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HostRun(DailyRun):
    """A `DailyRun` that shares collecting, building, bounces and upkeep with other hosts.

    Sending needs no job: from the ledger each host claims the messages that it sends. What concerns one host alone
    stays with it: its checks, its beat, a mailbox in its own files.
    """

    def run(self) -> None:
        """Queue, work and send until the clock is stopped; jobs and messages in hand are finished or handed over."""
        app, changes = self.app, ChangeLog(self.app.clock)
        app.job_tables.require_own_sessions()
        make_job_tables(app.job_tables)
        log_next_issues(app)
        is_remote = app.settings.bounces.source.startswith("imap")
        shared, own = _divided(upkeep(app))
        queue = JobQueue(app.job_tables)
        worker = JobWorker(
            work=HostWork(
                app=app,
                queue=queue,
                host=socket.gethostname(),
                changes=changes,
                publisher=Publisher(app=app, changes=changes),
                upkeep=[*shared, app.job_tables.delete_ended],
                notify=Notices(app=app).mail_due,
                read_bounces=self.read_bounces if is_remote else None,
            ),
            clock=self.clock,
            connection=connection_arguments(app.settings.database.url),
            schema=app.job_tables.schema,
        )
        due = DueJobs(app=app, reads_bounces=is_remote and self.read_bounces is not None)
        jobs: list[Job] = [
            (MINUTE, lambda: record_beat(app)),
            (LOOK, lambda: queue_due(due, queue, changes)),
            *own,
            (DAY, self.start_checks),
        ]
        own_mailbox = None if is_remote else self.read_bounces
        with reading_bounces(own_mailbox, app.settings.bounces.every, self.clock), worker.working():
            keep_sending(self.sender, self.clock, jobs, outage=self.outage)


def queue_due(due: DueJobs, queue: JobQueue, changes: ChangeLog) -> None:
    """Queue the jobs that are due; a failure is logged, once an hour."""
    try:
        for job in due.find():
            queue.ensure(job)
        changes.forget("jobs")
    except DigestError as error:
        changes.log_failure("jobs", "no job was queued, will retry every few seconds", error)


def _divided(jobs: list[Job]) -> tuple[list[Callable[[], object]], list[Job]]:
    """Those that one host does each minute for all, and those that each does for itself, because they are rare."""
    return [do for every, do in jobs if every == MINUTE], [job for job in jobs if job[0] != MINUTE]
