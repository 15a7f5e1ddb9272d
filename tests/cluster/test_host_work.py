"""A job that runs twice, on two hosts at once, changes nothing; one that fails is done again."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from digest.app import App
from digest.cluster.due_jobs import DueJobs
from digest.cluster.host_work import HostWork, JobFailedError
from digest.cluster.jobs import Job, JobKind, timed_job
from digest.errors import StoppedError, StoreError
from digest.model.decisions import ReviewAction
from digest.model.issues import IssueState
from digest.store.tables.schema import metadata
from digest.store.upkeep.beats import RETENTION
from tests.support.cluster import Cluster, cluster, work_of

FEW = 2  # times that each job runs twice; 100 times with --all
UNTOLD = {"beat", "mail_count", "rate_count"}  # when something ran last


@pytest.fixture
def site(tmp_path: Path, postgres_store_url: str) -> Iterator[Cluster]:
    """An installation of several hosts."""
    with cluster(tmp_path, postgres_store_url, readers=5) as built:
        yield built


def job_of(app: App, kind: JobKind) -> Job:
    """The job of that kind that is due now."""
    return next(job for job in DueJobs(app=app, reads_bounces=True).find() if job.kind is kind)


def contents(app: App) -> dict[str, list[Any]]:
    """The rows of all tables, without the moments of beats."""
    with app.beats._database.read() as connection:
        known = set(inspect(connection).get_table_names()) - UNTOLD
        tables = [table for name, table in metadata.tables.items() if name in known]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}


@contextmanager
def two_hosts(site: Cluster) -> Iterator[tuple[HostWork, HostWork]]:
    """The work of two hosts."""
    with site.app(1) as first, site.app(2) as second:
        yield work_of(first, "one"), work_of(second, "two")


def together(works: tuple[HostWork, HostWork], job: Job) -> None:
    """Let both hosts do the job at once."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda work: work.perform(job.kind, job.arguments), works))


def begin_again(app: App) -> None:
    """Forget what the last turn did."""
    kept = {"subscriber", "signing_key", "beat"}
    with app.beats._database.write() as connection:
        for table in reversed(metadata.sorted_tables):  # TRUNCATE makes new files for each table and index
            if table.name not in kept:
                connection.execute(table.delete())
        connection.execute(text("DELETE FROM beat WHERE process <> 'run'"))


def run_twice(site: Cluster, kind: JobKind, turns: int, look: Callable[[App], object]) -> None:
    """Let two hosts do a job at once, again and again from the start; a third run changes nothing either."""
    with two_hosts(site) as works:
        app = works[0].app
        for _turn in range(turns):
            begin_again(app)
            job = job_of(app, kind)
            together(works, job)
            before = contents(app)
            look(app)
            works[1].perform(job.kind, job.arguments)
            assert contents(app) == before
            assert app.job_tables.find_open(job.name) == [], "an attempt failed"


def one_issue(app: App) -> None:
    """One issue with a delivery to each reader."""
    (issue,) = app.issues.history(None, 10)
    assert issue.state is IssueState.FROZEN
    assert app.tallies.of_issue(issue.id).audience == 5
    rows = contents(app)
    assert (len(rows["delivery"]), len(rows["variant"])) == (5, 1)


def one_round(app: App) -> None:
    """One reading of each article, as of one moment."""
    rows = contents(app)
    assert len(rows["reading"]) == len(rows["sighting"]) == len(rows["article"]) > 20


def one_upkeep(app: App) -> None:
    """The retention of the day has been done."""
    assert app.beats.latest(RETENTION) is not None


CASES = [(JobKind.BUILD, one_issue), (JobKind.COLLECT, one_round), (JobKind.MAINTAIN, one_upkeep)]


@pytest.mark.parametrize(("kind", "look"), CASES)
def test_job_that_two_hosts_do_at_once_changes_nothing(
    site: Cluster, kind: JobKind, look: Callable[[App], object]
) -> None:
    """The store holds what one run would have made."""
    run_twice(site, kind, FEW, look)


@pytest.mark.needs("time")
@pytest.mark.unmeasured
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "look"), CASES)
def test_job_that_two_hosts_do_at_once_changes_nothing_in_a_hundred_turns(
    site: Cluster, kind: JobKind, look: Callable[[App], object]
) -> None:
    """As above, in more of the orders in which two hosts can meet."""
    run_twice(site, kind, 100, look)


def test_collecting_twice_counts_a_failure_once(site: Cluster) -> None:
    """A source that two hosts found broken in one round has failed once."""
    site.portal.broken = True
    site.portal.show(site.due)
    with two_hosts(site) as works:
        job = job_of(works[0].app, JobKind.COLLECT)
        together(works, job)
        (failure,) = contents(works[0].app)["source_failure"]
        assert "'main', 1, " in failure


def test_collecting_on_a_host_that_does_not_know_a_source_leaves_it_due(site: Cluster) -> None:
    """Its configuration is older: the next job may come to a host that knows the source."""
    with site.app() as app:
        at = app.ledger_clock.now().isoformat()
        work_of(app).perform(JobKind.COLLECT, {"sources": ["main", "new"], "at": at})
        assert set(app.beats.moments(JobKind.COLLECT)) == {"main"}


def test_bounces_are_read_once_for_each_round(site: Cluster) -> None:
    """A mailbox on a server is read by whichever host has the job."""
    read: list[str] = []
    with two_hosts(site) as works:
        one, two = (replace(work, read_bounces=partial(read.append, work.host)) for work in works)
        job = job_of(one.app, JobKind.READ_BOUNCES)
        one.perform(job.kind, job.arguments)
        two.perform(job.kind, job.arguments)
        assert read == ["one"]


def failing(work: HostWork, error: Exception) -> HostWork:
    """A host on which one step of the upkeep fails."""

    def fail() -> None:
        raise error

    return replace(work, upkeep=[fail])


@pytest.mark.parametrize("seconds", [0, 60])
def test_job_is_queued_again_when_its_host_stops_or_the_store_fails(site: Cluster, seconds: int) -> None:
    """At once for another host, or in a minute."""
    error = StoreError("the database is full") if seconds else StoppedError("stopped")
    with site.app() as app:
        job, before = job_of(app, JobKind.COLLECT), app.clock.now()
        broken = replace(app, make_source_set=lambda: failing_sources(error))
        work_of(broken).perform(job.kind, job.arguments)
        (waiting,) = app.job_tables.find_open(job.name)
        assert (waiting.not_before is None) == (seconds == 0)
        if waiting.not_before is not None:
            assert waiting.not_before - before > timedelta(seconds=seconds - 1)


def test_job_of_an_issue_that_is_held_waits_for_a_minute(site: Cluster) -> None:
    """Without a job that waits, each host would build the issue again every few seconds."""
    with site.app() as app:
        job = job_of(app, JobKind.BUILD)
        edition, before = app.settings.editions[0], app.clock.now()
        app.decisions.hold(edition.name, app.coming_slot(edition), ReviewAction(by="anna", at=before))
        work_of(app).perform(job.kind, job.arguments)
        (waiting,) = app.job_tables.find_open(job.name)
        assert waiting.not_before is not None
        assert waiting.not_before - before > timedelta(seconds=59)


def failing_sources(error: Exception) -> Any:
    """Sources that cannot be made."""
    raise error


def test_job_with_an_unexpected_error_is_queued_again_and_failed(
    site: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """Procrastinate keeps it as failed for a week; its text, which may hold foreign data, is in our log only."""
    with site.app() as app:
        job = job_of(app, JobKind.COLLECT)
        broken = replace(app, make_source_set=lambda: failing_sources(ZeroDivisionError("secret")))
        with pytest.raises(JobFailedError, match=r"^ZeroDivisionError$"):
            work_of(broken).perform(job.kind, job.arguments)
        assert len(app.job_tables.find_open(job.name)) == 1
    assert "job collect:main failed, will retry in a minute: unexpected error (ZeroDivisionError)" in caplog.messages


def test_step_of_the_upkeep_that_fails_delays_no_other(site: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and comes again with the next minute."""
    done: list[str] = []
    with site.app() as app:
        work = work_of(app)
        steps = [
            *failing(work, StoreError("no room")).upkeep,
            *failing(work, ValueError("odd")).upkeep,
            lambda: done.append("last"),
        ]
        job = timed_job(JobKind.MAINTAIN, app.ledger_clock.now())
        replace(work, upkeep=steps).perform(job.kind, job.arguments)
        assert done == ["last"]
        assert app.job_tables.find_open(job.name) == []
    assert "no room" in caplog.messages


def test_log_says_which_host_does_what(site: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """The line names the issue and the host."""
    with site.app() as app, caplog.at_level(logging.INFO, "digest"):
        job = job_of(app, JobKind.BUILD)
        work_of(app, "alpha").perform(job.kind, job.arguments)
    assert f"job build:daily/{site.due.date()}: alpha does it" in caplog.messages
