"""The names of jobs, and how sources are grouped."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cluster.host_work import restored
from digest.cluster.jobs import MOST_GROUPS, Job, JobKind, build_job, collect_job, source_groups, timed_job
from digest.model.issues import Slot

AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
JOBS = [
    build_job("daily", Slot(day=date(2026, 11, 25)), 17),
    build_job("daily", Slot(day=date(2026, 11, 25), number=2), 0),
    collect_job(["main", "forum"], AT),
    timed_job(JobKind.MAINTAIN, AT),
    timed_job(JobKind.NOTICES, AT),
    timed_job(JobKind.READ_BOUNCES, AT),
]


def test_names_of_jobs_say_what_they_are_about() -> None:
    """One issue has one name, whoever queues its job and whatever was decided before."""
    names = [job.name for job in JOBS]
    assert names == [
        "build:daily/2026-11-25",
        "build:daily/2026-11-25.2",
        "collect:main,forum",
        "maintain",
        "notices",
        "read-bounces",
    ]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_job_restored_from_its_arguments_is_the_same(job: Job) -> None:
    """A worker knows of a job what was queued."""
    assert restored(job.kind, job.arguments) == job


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40))
def test_source_groups_hold_each_source_once_and_keep_hosts_together(places: list[tuple[int, bool]]) -> None:
    """No portal is asked by two hosts at once, and there are few jobs however many sources there are."""
    urls = {
        f"source-{number}": f"https://portal{host}.example/feed" if has_host else "feed.xml"
        for number, (host, has_host) in enumerate(places)
    }
    groups = source_groups(urls.items())
    assert sorted(name for group in groups for name in group) == sorted(urls)
    assert len(groups) <= MOST_GROUPS
    assert all(groups)
    hosts = [{urlsplit(urls[name]).hostname for name in group} - {None} for group in groups]
    assert sum(map(len, hosts)) == len(set().union(*hosts))


def test_source_groups_of_unreadable_address_have_it_alone() -> None:
    """An address that is no URL is the source's own matter."""
    assert source_groups([("a", "http://[broken/"), ("b", "https://b.example")]) == [("a",), ("b",)]
