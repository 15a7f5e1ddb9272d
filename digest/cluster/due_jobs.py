"""Which jobs are due now: each host decides it from what the store knows, so any host can queue them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.app import App
from digest.cluster.jobs import Job, JobKind, build_job, collect_job, source_groups, timed_job
from digest.scheduler.intervals import MINUTE


@dataclass(frozen=True, kw_only=True)
class DueJobs:
    """The jobs of one installation; `reads_bounces`: bounces are in a mailbox that any host can read."""

    app: App
    reads_bounces: bool

    def find(self) -> Iterator[Job]:
        """Yield each job that is due; raises StoreError."""
        yield from self._builds()
        now, every = self.app.ledger_clock.now(), self.app.settings.collect.every
        groups = source_groups((one.name, one.url) for one in self.app.settings.sources)
        collected = self.app.beats.moments(JobKind.COLLECT) if groups else {}
        yield from (collect_job(group, now) for group in groups if is_due(collected, group, every, now))
        for kind, interval in self._intervals():
            if is_due(self.app.beats.moments(kind), [""], interval, now):
                yield timed_job(kind, now)

    def _builds(self) -> Iterator[Job]:
        for edition in self.app.settings.all_editions:
            plan = self.app.due(edition)
            slots = (*plan.missed, *([plan.publish] if plan.publish else []))
            if slots:
                yield build_job(edition.name, slots[-1], self.app.decisions.last_id(edition.name))

    def _intervals(self) -> Iterator[tuple[JobKind, timedelta]]:
        yield JobKind.MAINTAIN, MINUTE
        if any(edition.notify_at for edition in self.app.settings.all_editions):
            yield JobKind.NOTICES, MINUTE
        if self.reads_bounces:
            yield JobKind.READ_BOUNCES, self.app.settings.bounces.every


def is_due(last: Mapping[str, datetime], names: Iterable[str], every: timedelta, now: datetime) -> bool:
    """Whether one of the names was last served at least `every` ago, never, or by a clock that was ahead."""
    moments = [last.get(name) for name in names]
    return any(moment is None or now - moment >= every or moment > now + every for moment in moments)
