"""What a host does for each job. A job that runs twice, at once or one after the other, changes nothing."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from digest.app import App
from digest.cluster.job_queue import JobQueue
from digest.cluster.jobs import Job, JobKind, build_job, collect_job, timed_job
from digest.errors import DigestError, StoppedError, StoreError, StoreUnavailableError
from digest.model.issues import Slot
from digest.operations.change_log import ChangeLog
from digest.operations.collecting import collect_window
from digest.protocols import SourceSet
from digest.scheduler.daily_run import collecting_window
from digest.scheduler.intervals import MINUTE
from digest.scheduler.publisher import Publisher

_log = logging.getLogger(__name__)

STALE = timedelta(minutes=2)  # what was to be done this long ago is due again: readings must not be stored as that old


class JobFailedError(Exception):
    """A job met an unexpected error, which was logged."""


@dataclass(frozen=True, kw_only=True)
class HostWork:
    """The tasks of one host; `upkeep` is what somebody has to do each minute, `notify` mails editors what is due."""

    app: App
    queue: JobQueue
    host: str
    changes: ChangeLog
    publisher: Publisher
    upkeep: Sequence[Callable[[], object]]
    notify: Callable[[], object]
    read_bounces: Callable[[], None] | None

    def perform(self, kind: JobKind, arguments: Mapping[str, Any]) -> None:
        """Do one job; one that fails is queued again. Raises JobFailedError after an unexpected error."""
        job = restored(kind, arguments)
        level = logging.INFO if kind in {JobKind.BUILD, JobKind.COLLECT} else logging.DEBUG
        _log.log(level, "job %s: %s does it", job.name, self.host, extra={"job": job.name, "host": self.host})
        try:
            self._tasks[kind](job)
        except StoppedError:
            self._queue_again(job)
            _log.info("job %s: %s stops, another host does it", job.name, self.host)
        except Exception as error:  # noqa: BLE001 - Procrastinate must learn of it, without its text
            self.changes.log_failure(job.name, f"job {job.name} failed, will retry in a minute", error)
            self._queue_again(job, MINUTE)
            if not isinstance(error, DigestError):
                raise JobFailedError(type(error).__name__) from None
        else:
            self.changes.forget(job.name)

    @property
    def _tasks(self) -> Mapping[JobKind, Callable[[Job], None]]:
        return {
            JobKind.BUILD: self._build,
            JobKind.COLLECT: self._collect,
            JobKind.MAINTAIN: lambda job: self._do_once(job, self._maintain),
            JobKind.NOTICES: lambda job: self._do_once(job, self.notify),
            JobKind.READ_BOUNCES: lambda job: self._do_once(job, self.read_bounces),
        }

    def _queue_again(self, job: Job, wait: timedelta = timedelta()) -> None:
        with suppress(StoreError):  # then it is found to be due again
            self.queue.again(job, wait)

    def _build(self, job: Job) -> None:
        """Publish the issue if it is still due; one that is held or failed is tried again in a minute."""
        edition = self.app.settings.find_edition(job.arguments["edition"])
        if edition is not None and not self.publisher.publish_or_log(edition):
            self.queue.again(job, MINUTE)

    def _collect(self, job: Job) -> None:
        """Ask those of the sources that this host knows, once for each round, whoever else asks them for it."""
        names = {one.name for one in self.app.settings.sources} & set(job.arguments["sources"])
        at = datetime.fromisoformat(job.arguments["at"])
        if self._is_over(JobKind.COLLECT, names, at):
            return
        part = replace(self.app, make_source_set=lambda: _part(self.app.make_source_set(), names))
        collect_window(part, collecting_window(self.app), report=self.changes.log_source, taken_at=at)
        self.app.beats.record(JobKind.COLLECT, names, at)

    def _do_once(self, job: Job, do: Callable[[], object] | None) -> None:
        """Do what there is one job for at intervals, if this host can, unless another has done it."""
        at = datetime.fromisoformat(job.arguments["at"])
        if do is not None and not self._is_over(job.kind, [""], at):
            do()
            self.app.beats.record(job.kind, [""], at)

    def _maintain(self) -> None:
        for number, step in enumerate(self.upkeep):
            self._attempt(step, f"{JobKind.MAINTAIN} {number}")

    def _attempt(self, step: Callable[[], object], subject: str) -> None:
        """Do a step of the upkeep; one that fails is logged and delays no other."""
        try:
            step()
        except (StoppedError, StoreUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 - no error of a step may end the others
            self.changes.log_job(subject, error)
        else:
            self.changes.forget(subject)

    def _is_over(self, kind: JobKind, names: Collection[str], at: datetime) -> bool:
        """Whether all of it was done for that moment, or waited so long that it is due again."""
        done = self.app.beats.moments(kind)
        is_done = all(name in done and done[name] >= at for name in names)
        return is_done or self.app.ledger_clock.now() - at > STALE


def restored(kind: JobKind, arguments: Mapping[str, Any]) -> Job:
    """The job that was queued with these arguments."""
    if kind is JobKind.BUILD:
        return build_job(arguments["edition"], Slot.parse(arguments["slot"]), arguments["decision"])
    at = datetime.fromisoformat(arguments["at"])
    return collect_job(arguments["sources"], at) if kind is JobKind.COLLECT else timed_job(kind, at)


def _part(whole: SourceSet, names: Collection[str]) -> SourceSet:
    return SourceSet(
        sources=[one for one in whole.sources if one.name in names],
        counter_lookups=[one for one in whole.counter_lookups if one.name in names],
    )
