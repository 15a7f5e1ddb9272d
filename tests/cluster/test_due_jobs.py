"""Which jobs are due: decided from the store, the same on every host."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cluster.due_jobs import DueJobs, is_due
from digest.cluster.host_work import STALE
from digest.cluster.jobs import JobKind
from tests.support.cluster import Cluster, cluster, work_of

NOW = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path, postgres_store_url: str) -> Iterator[Cluster]:
    """An installation of several hosts."""
    with cluster(tmp_path, postgres_store_url, readers=3) as built:
        yield built


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({}, True),
        ({"a": NOW, "b": NOW}, False),
        ({"a": NOW}, True),
        ({"a": NOW - HOUR, "b": NOW}, True),
        ({"a": NOW - HOUR + timedelta(seconds=1), "b": NOW}, False),
        ({"a": NOW + 2 * HOUR, "b": NOW}, True),
    ],
)
def test_is_due_if_one_name_was_not_served_for_an_interval(last: dict[str, datetime], expected: bool) -> None:
    """Never, long ago, or by a clock that was ahead."""
    assert is_due(last, ["a", "b"], HOUR, NOW) is expected


def test_due_jobs_are_gone_once_any_host_has_done_them(site: Cluster) -> None:
    """What one host did is not due on another; an issue that exists is not built again."""
    with site.app(1) as first, site.app(2) as second:
        due = list(DueJobs(app=first, reads_bounces=False).find())
        slot = site.due.date()
        assert [job.name for job in due] == [f"build:daily/{slot}", "collect:main", "maintain"]
        work = work_of(second)
        for job in due:
            work.perform(job.kind, job.arguments)
        assert list(DueJobs(app=first, reads_bounces=False).find()) == []
        assert [job.kind for job in DueJobs(app=first, reads_bounces=True).find()] == [JobKind.READ_BOUNCES]


def test_round_that_waited_too_long_is_not_stored_as_that_old(site: Cluster) -> None:
    """The job asks nobody, and the next look queues a fresh one."""
    with site.app() as app:
        due = DueJobs(app=app, reads_bounces=False)
        (collect,) = (job for job in due.find() if job.kind is JobKind.COLLECT)
        late = (app.ledger_clock.now() - STALE - timedelta(seconds=1)).isoformat()
        work_of(app).perform(JobKind.COLLECT, {**collect.arguments, "at": late})
        assert site.portal.visits == 0
        assert collect.name in {job.name for job in due.find()}
