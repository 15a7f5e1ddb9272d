"""`digest run` on several hosts: they share the work, and what a lost host did is done elsewhere within a minute."""

import re
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from digest.cluster.jobs import JobKind
from digest.diagnostics.alerts.notices import Notices
from digest.model.deliveries import DeliveryState
from digest.model.jobs import JobCounts
from tests.faults.postgres import PostgresProcess
from tests.store.engine.test_watched_connection import frozen
from tests.support.cluster import READERS, Cluster, cluster, name_of
from tests.support.growing_portal import address

EVERYBODY = {address(number): 1 for number in range(1, READERS + 1)}
MINUTE = 60.0
AWAY = "jobs: the database does not answer"


@pytest.fixture
def site(tmp_path: Path, postgres_store_url: str) -> Iterator[Cluster]:
    """An installation of several hosts."""
    with cluster(tmp_path, postgres_store_url) as built:
        yield built


def readers(site: Cluster) -> dict[str, int]:
    """How often each reader got the issue."""
    return dict(Counter(one.recipient for one in site.log.accepted))


def end(*processes: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    """End processes as a service manager does; they must end well."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(seconds) for process in processes] == [0] * len(processes)


@pytest.mark.needs("time")
def test_host_builds_and_sends_the_issue_that_it_has_queued(site: Cluster) -> None:
    """One host does all the work; when it is stopped nothing is left in the queue."""
    with site.running() as app:
        site.until(lambda: [str(issue.state) for issue in app.issues.history("daily", 1)] == ["done"])
        site.until(lambda: set(app.beats.moments("maintain")) == {""} and set(app.beats.moments("collect")) == {"main"})
        (host,) = app.job_tables.hosts()
        assert host.name == socket.gethostname()
    with site.app() as app:
        assert app.job_tables.hosts() == []
        assert app.job_tables.counts() == JobCounts()
    assert readers(site) == EVERYBODY


@pytest.mark.needs("time")
def test_notice_to_editors_that_takes_long_delays_no_upkeep(site: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes a draft, for which sources are asked and summaries made; it is begun once, and the others go on."""
    site.begin_later()
    configuration = site.host(1) / "config" / "digest.toml"
    configuration.write_text(configuration.read_text().replace("[[editions]]", '[[editions]]\nnotify_at = "00:00"'))
    began, may_end = threading.Semaphore(0), threading.Event()

    def take_long(_notices: Notices) -> None:
        began.release()
        may_end.wait(MINUTE)

    monkeypatch.setattr(Notices, "mail_due", take_long)
    with site.running() as app:
        try:
            assert began.acquire(timeout=MINUTE)
            site.until(lambda: bool(app.beats.moments("maintain")))
            assert not began.acquire(blocking=False)
            assert {one.is_running for one in app.job_tables.find_open("notices")} == {True}
        finally:
            may_end.set()
        site.until(lambda: bool(app.beats.moments("notices")))


@pytest.mark.needs("time")
def test_two_hosts_make_and_send_one_issue(site: Cluster) -> None:
    """It is made once, each reader gets it once, both hosts end well, and no job is left behind."""
    both = [site.start(1), site.start(2)]
    site.until(lambda: len(site.log.accepted) == READERS)
    with site.app() as app:
        site.until(
            lambda: (
                [one.name for one in app.job_tables.hosts()] == sorted({name_of(1), name_of(2)})
                and str(app.issues.history("daily", 1)[0].state) == "done"
            )
        )
        end(*both)
        assert app.job_tables.hosts() == []
        counts = app.job_tables.counts()
        assert counts is not None
        assert (counts.running, counts.failed) == (0, 0)
    assert readers(site) == EVERYBODY
    logs = site.output(1) + site.output(2)
    # Not the jobs: a host may have looked whether it is made just before the other host's job ended.
    assert logs.count(f"daily/{site.due.date()}: published for {READERS} subscribers") == 1
    assert "Traceback" not in logs
    assert "@" not in logs


@pytest.mark.needs("time")
@pytest.mark.parametrize("job", ["collect:main", "build"])
def test_job_of_a_killed_host_is_done_elsewhere_within_a_minute(site: Cluster, job: str) -> None:
    """The host dies while it waits for the portal, or when the issue is almost made."""
    is_build = job == "build"
    if not is_build:
        site.begin_later()
        site.portal.hang()
    doomed = site.start(1, {"DIGEST_FAILPOINTS": "publish.before_freeze=sleep:600"})
    site.until(lambda: f"job {job}" in site.output(1) and (is_build or site.portal.visits > 0))
    heir = site.start(2)
    site.until(lambda: "takes part" in site.output(2))
    doomed.kill()
    site.portal.show(site.due)
    with site.app() as app:

        def is_done() -> bool:
            if is_build:
                return [one.frozen_at is not None for one in app.issues.history("daily", 1)] == [True]
            return "main" in app.beats.moments(JobKind.COLLECT)

        site.until(is_done, MINUTE)
    assert len(re.findall(f"job {job}.*: taken over from {name_of(1)},", site.output(2))) == 1, site.output(2)
    end(heir)
    assert "Traceback" not in site.output(2)


@pytest.mark.needs("time")
def test_send_of_a_killed_host_is_ended_elsewhere_within_a_minute(site: Cluster) -> None:
    """The host dies in the middle; nobody gets the issue twice, and what may have been sent is unknown."""
    doomed = site.start(1, {"DIGEST_FAILPOINTS": "wire.after_end=kill@5"})
    assert doomed.wait(MINUTE) == -signal.SIGKILL
    heir = site.start(2)
    with site.app() as app:
        site.until(lambda: str(app.issues.history("daily", 1)[0].state) == "done", MINUTE)
        tally = app.tallies.of_issue(app.issues.history("daily", 1)[0].id)
    end(heir)
    assert tally[DeliveryState.SENT] + tally[DeliveryState.UNKNOWN] == READERS
    assert set(readers(site).values()) == {1}
    assert tally[DeliveryState.UNKNOWN] <= 8


@pytest.mark.needs("time")
@pytest.mark.timeout(300)
def test_hosts_go_on_after_the_database_was_away(site: Cluster, postgres_store_url: str) -> None:
    """Each says once that it is away, and takes jobs again."""
    both = [site.start(1), site.start(2)]
    site.until(lambda: "takes part" in site.output(1) and "takes part" in site.output(2))
    server = PostgresProcess.of(postgres_store_url)
    server.stop()
    site.until(lambda: all(AWAY in site.output(number) for number in (1, 2)))
    server.start()
    site.until(lambda: all(site.output(number).count("takes part") == 2 for number in (1, 2)))
    site.until(lambda: len(site.log.accepted) == READERS)
    end(*both)
    assert readers(site) == EVERYBODY
    for number in (1, 2):
        assert site.output(number).count(AWAY) == 1, site.output(number)
        assert "Traceback" not in site.output(number)


@pytest.mark.needs("time")
def test_host_ends_while_the_database_hangs(site: Cluster, postgres_store_url: str) -> None:
    """A server that acknowledges everything and answers nothing keeps no process alive."""
    site.begin_later()
    process = site.start(1)
    site.until(lambda: "takes part" in site.output(1) and "nothing to delete" in site.output(1))
    postmaster = int((PostgresProcess.of(postgres_store_url).data / "postmaster.pid").read_text().split()[0])
    with psycopg.connect(postgres_store_url.replace("+psycopg", "")) as connection:
        backends = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    with frozen(postmaster, *(pid for (pid,) in backends)):
        end(process, seconds=MINUTE)
    assert "Traceback" not in site.output(1)
