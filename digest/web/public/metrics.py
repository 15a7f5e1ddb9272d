"""Metrics in the text format of Prometheus: numbers of the database, and the requests that this process answered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from digest.errors import StoreError
from digest.model.bounces import ReportClass
from digest.model.jobs import JobCounts
from digest.model.measurements import Measured
from digest.model.receivers import AlertKind
from digest.model.subscribers import SubscriberStatus
from digest.model.web import LeaveReason
from digest.version import __version__
from digest.web.page_request import PageRequest
from digest.web.site import Site

_SIGNUP_STATES = ("asked", "confirmed", "refused")


def metrics(site: Site, _request: PageRequest) -> Response:
    """What Prometheus reads; without the database what the process itself knows."""
    registry = CollectorRegistry()
    registry.register(_Collected([*_of_process(site), *_of_database(site)]))
    return Response(
        generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"}
    )


@dataclass(frozen=True, eq=False)
class _Collected(Collector):
    metrics: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def _of_process(site: Site) -> Iterator[Metric]:
    yield InfoMetricFamily("digest_build", "The version of Digest.", {"version": __version__})
    yield site.request_counts.metric()


def _of_database(site: Site) -> Iterator[Metric]:
    try:
        now = site.now
        measured, jobs = site.app.measurements.read(now), list(_of_jobs(site))
    except StoreError:
        yield GaugeMetricFamily("digest_database_up", "Whether the database answers.", 0)
        return
    yield GaugeMetricFamily("digest_database_up", "Whether the database answers.", 1)
    yield from _of_readers(measured)
    yield from _of_issues(measured, now)
    yield from _of_sources(site, measured, now)
    yield _ages(
        "digest_last_beat_age_seconds", "Since a process of each kind last ran.", "process", measured.beats, now
    )
    yield _gauge("digest_open_alerts", "Open alerts.", "kind", _all(AlertKind, measured.alerts))
    yield from jobs


def _of_readers(measured: Measured) -> Iterator[Metric]:
    statuses = _all(SubscriberStatus, measured.subscribers)
    yield _gauge("digest_subscribers", "Subscribers.", "status", statuses)
    signups = _all(_SIGNUP_STATES, measured.signups)
    yield _gauge("digest_signups_last_day", "Sign-ups on the web pages in the last 24 hours.", "state", signups)
    reasons = _all(LeaveReason, measured.leave_reasons)
    yield _gauge("digest_leave_reasons", "Why readers unsubscribed, of those who said so.", "reason", reasons)
    classes = _all(ReportClass, measured.bounces)
    yield _gauge("digest_bounces_last_day", "Bounces and other returned mail of the last 24 hours.", "class", classes)


def _of_issues(measured: Measured, now: datetime) -> Iterator[Metric]:
    deliveries = GaugeMetricFamily(
        "digest_deliveries", "Deliveries of the latest issues.", labels=("edition", "slot", "state")
    )
    last: dict[str, datetime] = {}
    state = GaugeMetricFamily(
        "digest_last_issue", "The last issue of each edition.", labels=("edition", "slot", "state")
    )
    for one in measured.issues:
        record, slot = one.record, str(one.record.slot)
        for name, number in sorted(one.deliveries.items()):
            deliveries.add_metric((record.edition, slot, name), number)
        if record.frozen_at is not None and record.edition not in last:
            last[record.edition] = record.frozen_at
            state.add_metric((record.edition, slot, record.state), 1)
    yield deliveries
    yield state
    yield _ages("digest_last_issue_age_seconds", "Since the last issue was frozen.", "edition", last, now)
    yield GaugeMetricFamily("digest_due_messages", "Messages that could be sent now.", measured.due)
    oldest = 0 if measured.oldest_due is None else _seconds(now, measured.oldest_due)
    yield GaugeMetricFamily("digest_oldest_due_message_age_seconds", "Since when the oldest of them could be.", oldest)


def _of_jobs(site: Site) -> Iterator[Metric]:
    """The jobs that hosts share."""
    tables = site.app.job_tables
    counts = tables.counts() or JobCounts()
    states = {state: getattr(counts, state) for state in ("waiting", "scheduled", "running", "failed")}
    yield GaugeMetricFamily("digest_hosts", "Hosts that share the work and are alive.", len(tables.hosts()))
    yield _gauge("digest_jobs", "Jobs that hosts share.", "state", states)
    oldest = counts.oldest.total_seconds()
    yield GaugeMetricFamily("digest_oldest_job_age_seconds", "Since when the oldest waiting job could begin.", oldest)


def _of_sources(site: Site, measured: Measured, now: datetime) -> Iterator[Metric]:
    names = [source.name for source in site.app.settings.sources]
    visits = {name: measured.visits[name] for name in names if name in measured.visits}
    failures = {name: measured.failures.get(name, 0) for name in names}
    yield _ages("digest_source_age_seconds", "Since the source last answered.", "source", visits, now)
    yield _gauge("digest_source_failures", "Failed visits since the source last answered.", "source", failures)


def _all(labels: Iterable[str], counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, with 0 for labels without one, so that each has a time series from the start."""
    return {str(label): counts.get(str(label), 0) for label in labels}


def _gauge(name: str, message: str, label: str, values: Mapping[str, float]) -> Metric:
    found = GaugeMetricFamily(name, message, labels=(label,))
    for value, number in sorted(values.items()):
        found.add_metric((value,), number)
    return found


def _ages(name: str, message: str, label: str, moments: Mapping[str, datetime], now: datetime) -> Metric:
    return _gauge(name, message, label, {value: _seconds(now, moment) for value, moment in moments.items()})


def _seconds(now: datetime, moment: datetime) -> float:
    return max((now - moment).total_seconds(), 0)
