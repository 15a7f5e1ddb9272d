"""`digest run` and `digest worker` as processes: they publish automatically, end cleanly, and resume after SIGKILL."""

import re
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import digest
from digest.model.deliveries import DeliveryState
from digest.sources.fetching.fetcher import DEADLINE
from tests.support.growing_portal import address, body, configuration, due_site, install, parsed
from tests.support.installation import Installation, day
from tests.support.smtp_server import Behaviour, Do, Log, rogue_server

READERS = 40
CONNECTIONS = 4

_CHECKOUT = Path(digest.__file__).parent.parent
_EARLIER_THEME = _CHECKOUT / "tests" / "rendering" / "earlier" / "default" / "issue.mjml"
_PATIENCE = 60.0  # seconds until a process must have done what it is waited for
_S = DeliveryState


@dataclass
class RunningSite:
    """An installation whose issue is due this minute, and the processes that the test started in it."""

    installation: Installation
    log: Log
    stack: ExitStack
    decide: Callable[[str, str], Behaviour] = field(default=lambda _step, _argument: None)

    def start(self, command: str = "run") -> "subprocess.Popen[bytes]":
        """Start a process, which is killed at the end of the test if it still runs."""
        return self.stack.enter_context(self.installation.running(command))

    def output(self) -> str:
        """Return the output of all processes so far."""
        return self.installation.output()

    def until(self, done: Callable[[], bool], *processes: "subprocess.Popen[bytes]") -> None:
        """Wait for something; none of the processes may end meanwhile."""
        deadline = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < deadline, self.output()
            assert [process.poll() for process in processes] == [None] * len(processes), self.output()
            time.sleep(0.05)

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """End a process as a service manager does; it must end well."""
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0, self.output()

    @property
    def counts(self) -> dict[str, int]:
        """The issue's rows by state, those that there are; the issue must be one."""
        rows = self.installation.run("status", "--json").fine().json
        assert len(rows) <= 1
        row = self.installation.status() if rows else {}
        return {state: row[state] for state in _S if row.get(state)}

    @property
    def states(self) -> list[str]:
        """The states of all issues."""
        return [row["state"] for row in self.installation.run("editions", "--json").fine().json]

    @property
    def readers(self) -> Counter[str]:
        """How often each reader was served."""
        return Counter(one.recipient for one in self.log.accepted)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site with a portal, a mail server whose behaviour `decide` returns, and forty readers."""
    now = datetime.now(UTC)

    def decide(step: str, argument: str) -> Behaviour:
        return built.decide(step, argument)

    with rogue_server(decide) as (port, log), ExitStack() as stack:
        stack.enter_context(due_site(tmp_path, port, READERS, now, smtp=f"connections = {CONNECTIONS}"))
        built = RunningSite(installation=Installation(tmp_path), log=log, stack=stack)
        yield built


EVERYBODY = {address(number): 1 for number in range(1, READERS + 1)}


def slow(first: int, last: int) -> Callable[[str, str], Behaviour]:
    """A server that takes its time over the receipts from the first to the last of these messages."""
    met = count(1)
    return lambda step, _: Do.DRIP if step == "MESSAGE" and first <= next(met) <= last else None


def test_run_publishes_at_its_time_and_ends_cleanly(site: RunningSite) -> None:
    """The issue is made and sent once, each reader gets it, and SIGTERM ends the process with exit code 0."""
    process = site.start()
    site.until(lambda: len(site.log.accepted) == READERS, process)
    site.until(lambda: site.states == ["done"], process)
    site.end(process)
    assert site.readers == EVERYBODY
    assert site.counts == {"sent": READERS}
    assert "published for 40 subscribers" in site.output()
    assert site.output().count(f"daily/{slot_of(site)}: done: 40 sent of 40") == 1
    assert "Traceback" not in site.output()
    assert list((site.installation.folder / ".digest").glob("*.lock")) == []
    for one in site.log.accepted:
        message = parsed(one.content)
        assert message["To"].addresses[0].addr_spec == one.recipient
        assert len(set(re.findall(r"/news/\d+", body(message, "plain")))) == 10


@pytest.mark.needs("time")
def test_run_sigterm_while_sending_loses_no_message(site: RunningSite) -> None:
    """With a slow server: those in flight are finished, exit code 0; the next run sends the rest."""
    site.decide = slow(10, READERS)
    process = site.start()
    site.until(lambda: len(site.log.accepted) >= 12, process)
    site.end(process)
    sent = len(site.log.accepted)
    assert 12 <= sent < READERS
    assert site.counts == {"sent": sent, "planned": READERS - sent}
    site.decide = lambda _step, _argument: None
    left = f"{READERS - sent} planned, {sent} sent of {READERS}"
    assert f"daily/{slot_of(site)}: stopped: {left}" in site.output()
    again = site.start()
    site.until(lambda: site.states == ["done"], again)
    site.end(again)
    assert site.output().count(f"daily/{slot_of(site)}: resumed: {left}") == 1
    assert site.readers == EVERYBODY
    assert site.counts == {"sent": READERS}


def test_run_sigterm_while_a_source_hangs_ends_at_once(tmp_path: Path) -> None:
    """A feed server never responds; the process ends long before the deadline of the feed."""
    now = datetime.now(UTC)
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as silent:
        port, log = stack.enter_context(rogue_server(lambda _step, _argument: None))
        feed = f"http://127.0.0.1:{silent.getsockname()[1]}/rss.xml"
        edition = f'name = "daily"\nat = "{now:%H:%M}"'
        text = configuration(feed=feed, port=port, zone="UTC", editions=[edition])
        install(tmp_path, text, READERS, known_since=now - timedelta(hours=1))
        site = RunningSite(installation=Installation(tmp_path), log=log, stack=stack)
        process = site.start()
        silent.settimeout(_PATIENCE)
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(4) == b"GET "
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE / 2) == 0, site.output()
        assert "Traceback" not in site.output()
        assert "was stopped" in site.output()
        assert site.log.accepted == []
        assert site.counts == {}


@pytest.mark.needs("time")
@pytest.mark.parametrize(("step", "heir"), [("DATA", "run"), ("MESSAGE", "send")])
def test_run_sigkill_while_sending_sends_nothing_twice(site: RunningSite, step: str, heir: str) -> None:
    """The next process continues at once; at most one message of each connection is unknown."""
    met = count(1)

    def decide(here: str, _argument: str) -> Behaviour:
        if here == step and next(met) == 15:
            process.kill()
            process.wait()
            return Do.TAKE_AND_DROP if step == "MESSAGE" else Do.DROP
        return None

    site.decide = decide
    process = site.start()
    site.until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL
    if heir == "send":
        ran = site.installation.spawn("send", "--yes", "--date", slot_of(site))
        assert ran.code == 0, ran
    else:
        again = site.start()
        site.until(lambda: site.states == ["done"], again)
        site.end(again)
    assert site.states == ["done"]
    unknown = site.counts.get("unknown", 0)
    assert site.counts["sent"] == READERS - unknown
    assert unknown <= CONNECTIONS
    assert max(site.readers.values()) == 1
    assert READERS - unknown <= len(site.log.accepted) <= READERS


def slot_of(site: RunningSite) -> str:
    """The day of the only issue."""
    (row,) = site.installation.run("editions", "--json").fine().json
    day: str = row["slot"]
    return day


@pytest.mark.needs("time")
def test_run_two_processes_and_a_worker_send_once(site: RunningSite) -> None:
    """On one database: one issue, each reader once, and all three end cleanly."""
    site.decide = slow(1, 12)
    three = [site.start(), site.start(), site.start("worker")]
    site.until(lambda: site.states == ["done"], *three)
    for process in three:
        site.end(process)
    assert site.readers == EVERYBODY
    assert site.counts == {"sent": READERS}
    assert "Traceback" not in site.output()


@pytest.mark.needs("time")
def test_worker_sends_what_was_published(site: RunningSite) -> None:
    """What a stopped `run` left is sent by a worker, which publishes nothing itself."""
    worker = site.start("worker")
    site.decide = slow(1, 8)
    run = site.start()
    site.until(lambda: len(site.log.accepted) >= 2, worker, run)
    site.end(run)
    site.until(lambda: site.states == ["done"], worker)
    site.end(worker)
    assert site.readers == EVERYBODY


@pytest.mark.parametrize(
    ("edition", "theme", "problem"),
    [
        ('subject = "{{ lead.titel }}"', "", "editions.daily.subject: lead has no titel; did you mean title?"),
        ('theme = "evenning"', "", "editions.daily.theme: unknown theme 'evenning'; expected one of: default"),
        ('slots = [{ after = "led", text = "x" }]', "", 'editions.daily.theme: the theme default shows no block "led"'),
        (
            'theme = "bad"\nslots = [{ after = "lead", text = "x" }]',
            _EARLIER_THEME.read_text(encoding="utf-8"),
            "editions.daily.slots: the issue.mjml of the theme bad shows none; delete it",
        ),
        ('theme = "bad"', "{{ oops }}", "templates/bad/issue.mjml:1: 'oops' is undefined"),
        ('theme = "bad"', "<mjml><mj-body></mj-body></mjml>", "editions.daily.theme: "),
    ],
)
def test_run_with_a_wrong_theme_or_subject_ends_with_2_at_once(
    tmp_path: Path, edition: str, theme: str, problem: str
) -> None:
    """Before it collects or sends anything, long before the hour; the other edition's fault has a line too."""
    site = Installation(tmp_path).configure(editions=[f'name = "daily"\n{edition}', 'name = "late"\ntheme = "none"'])
    site.write("feed.xml", day())
    if theme:
        site.write("templates/bad/issue.mjml", theme)
    ran = site.run("run")
    assert ran.code == 2, ran
    assert problem in ran.err
    assert "digest: editions.late.theme: unknown theme 'none'" in ran.err
    assert "source main" not in ran.err


def test_run_with_certificates_that_cannot_be_read_ends_with_2_at_once(tmp_path: Path) -> None:
    """A `send` refuses as well, before it makes an issue."""
    server = 'host = "127.0.0.1"\nport = 9\nsecurity = "starttls"\nca_file = "missing.pem"'
    site = Installation(tmp_path).configure(smtp=server)
    site.write("feed.xml", day())
    site.subscribe("anna@reader.example")
    for command in ("run", "worker", "send --yes --early"):
        site.run(*command.split()).failed(2, 'smtp.ca_file = "missing.pem": cannot read certificates from this file')
    assert "no issue" in site.run("status").fine().out
