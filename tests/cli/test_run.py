"""`digest run` and `digest worker` as real processes: they publish by themselves, end cleanly, and survive a kill."""

import os
import re
import signal
import socket
import subprocess
import sys
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
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Portal, address, body, configuration, install, parsed
from tests.support.installation import Installation
from tests.support.smtp_server import Behaviour, Do, Log, rogue_server

READERS = 40
CONNECTIONS = 4

_CHECKOUT = Path(digest.__file__).parent.parent
_PATIENCE = 60.0  # seconds until a process must have done what it is waited for
_S = DeliveryState


@dataclass
class House:
    """An installation whose issue is due this very minute, and the processes that were started in it."""

    home: Installation
    log: Log
    stack: ExitStack
    decide: Callable[[str, str], Behaviour] = field(default=lambda _step, _argument: None)

    def start(self, command: str = "run") -> "subprocess.Popen[bytes]":
        """Start a process that lives on; it is killed at the end of the test if it has not ended by then."""
        said = (self.home.folder / f"{command}-{time.monotonic_ns()}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "digest", command],
            cwd=self.home.folder,
            env={**os.environ, "PYTHONPATH": str(_CHECKOUT)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        self.stack.callback(said.close)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process

    def said(self) -> str:
        """What all processes said so far."""
        return "".join(file.read_text() for file in sorted(self.home.folder.glob("*.log")))

    def until(self, done: Callable[[], bool], *processes: "subprocess.Popen[bytes]") -> None:
        """Wait for something; none of the processes may end meanwhile."""
        deadline = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < deadline, self.said()
            assert [process.poll() for process in processes] == [None] * len(processes), self.said()
            time.sleep(0.05)

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """End a process as a service manager does; it must end well."""
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0, self.said()

    @property
    def counts(self) -> dict[str, int]:
        """The issue's rows by state, those that there are; the issue must be one."""
        rows = self.home.run("status", "--json").fine().json
        assert len(rows) <= 1
        row = self.home.standing() if rows else {}
        return {state: row[state] for state in _S if row.get(state)}

    @property
    def states(self) -> list[str]:
        """The states of all issues."""
        return [row["state"] for row in self.home.run("editions", "--json").fine().json]

    @property
    def readers(self) -> Counter[str]:
        """How often each reader was served."""
        return Counter(one.recipient for one in self.log.accepted)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with a portal, a mail server that does as `decide` says, and forty readers."""
    now = datetime.now(UTC)

    def decide(step: str, argument: str) -> Behaviour:
        return built.decide(step, argument)

    with ExitStack() as stack:
        server = stack.enter_context(FeedServer())
        portal = Portal(server, now - timedelta(days=2))
        portal.show(now)
        port, log = stack.enter_context(rogue_server(decide))
        text = configuration(
            feed=portal.address,
            port=port,
            zone="UTC",
            editions=[f'name = "daily"\nat = "{now:%H:%M}"'],
            smtp=f"connections = {CONNECTIONS}",
        )
        install(tmp_path, text, READERS)
        built = House(home=Installation(tmp_path), log=log, stack=stack)
        yield built


EVERYBODY = {address(number): 1 for number in range(1, READERS + 1)}


def slow(first: int, last: int) -> Callable[[str, str], Behaviour]:
    """A server that takes its time over the receipts from the first to the last of these messages."""
    met = count(1)
    return lambda step, _: Do.DRIP if step == "MESSAGE" and first <= next(met) <= last else None


def test_it_publishes_by_itself_and_ends_cleanly(house: House) -> None:
    """The issue is made and sent at its time, once, each reader gets it, and SIGTERM ends the process with exit 0."""
    process = house.start()
    house.until(lambda: len(house.log.accepted) == READERS, process)
    house.until(lambda: house.states == ["done"], process)
    house.end(process)
    assert house.readers == EVERYBODY
    assert house.counts == {"sent": READERS}
    assert "published for 40 subscribers" in house.said()
    assert "Traceback" not in house.said()
    assert list((house.home.folder / ".digest").glob("*.lock")) == []
    for one in house.log.accepted:
        message = parsed(one.content)
        assert message["To"].addresses[0].addr_spec == one.recipient
        assert len(set(re.findall(r"/news/\d+", body(message, "plain")))) == 10


def test_a_signal_in_the_middle_loses_nobody(house: House) -> None:
    """SIGTERM while a slow server takes the messages: those in flight end, exit 0; the next run sends the rest."""
    house.decide = slow(10, READERS)
    process = house.start()
    house.until(lambda: len(house.log.accepted) >= 12, process)
    house.end(process)
    sent = len(house.log.accepted)
    assert 12 <= sent < READERS
    assert house.counts == {"sent": sent, "planned": READERS - sent}
    house.decide = lambda _step, _argument: None
    again = house.start()
    house.until(lambda: house.states == ["done"], again)
    house.end(again)
    assert house.readers == EVERYBODY
    assert house.counts == {"sent": READERS}


def test_sigterm_while_a_source_is_silent_ends_run_at_once(tmp_path: Path) -> None:
    """A feed server takes the request and never answers; the process ends long before it would give the feed up."""
    now = datetime.now(UTC)
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as silent:
        port, log = stack.enter_context(rogue_server(lambda _step, _argument: None))
        feed = f"http://127.0.0.1:{silent.getsockname()[1]}/rss.xml"
        edition = f'name = "daily"\nat = "{now:%H:%M}"'
        install(tmp_path, configuration(feed=feed, port=port, zone="UTC", editions=[edition]), READERS)
        house = House(home=Installation(tmp_path), log=log, stack=stack)
        process = house.start()
        silent.settimeout(_PATIENCE)
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(4) == b"GET "
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE / 2) == 0, house.said()
        assert "Traceback" not in house.said()
        assert "was stopped" in house.said()
        assert house.log.accepted == []
        assert house.counts == {}


@pytest.mark.parametrize(("step", "heir"), [("DATA", "run"), ("MESSAGE", "send")])
def test_a_kill_in_the_middle_costs_nobody_a_second_message(house: House, step: str, heir: str) -> None:
    """SIGKILL in the middle: the next process goes on at once; at most one message a connection is unknown."""
    met = count(1)

    def decide(here: str, _argument: str) -> Behaviour:
        if here == step and next(met) == 15:
            process.kill()
            process.wait()
            return Do.TAKE_AND_DROP if step == "MESSAGE" else Do.DROP
        return None

    house.decide = decide
    process = house.start()
    house.until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL
    if heir == "send":
        ran = house.home.spawn("send", "--yes", "--date", slot_of(house))
        assert ran.code == 0, ran
    else:
        again = house.start()
        house.until(lambda: house.states == ["done"], again)
        house.end(again)
    assert house.states == ["done"]
    unknown = house.counts.get("unknown", 0)
    assert house.counts["sent"] == READERS - unknown
    assert unknown <= CONNECTIONS
    assert max(house.readers.values()) == 1
    assert READERS - unknown <= len(house.log.accepted) <= READERS


def slot_of(house: House) -> str:
    """The day of the only issue."""
    (row,) = house.home.run("editions", "--json").fine().json
    day: str = row["slot"]
    return day


def test_two_of_them_and_a_worker_on_one_database(house: House) -> None:
    """Two `digest run` and a `digest worker` beside them: one issue, each reader once, and all three end cleanly."""
    house.decide = slow(1, 12)
    three = [house.start(), house.start(), house.start("worker")]
    house.until(lambda: house.states == ["done"], *three)
    for process in three:
        house.end(process)
    assert house.readers == EVERYBODY
    assert house.counts == {"sent": READERS}
    assert "Traceback" not in house.said()


def test_a_worker_alone_sends_what_was_published(house: House) -> None:
    """What a stopped `run` left is sent by a worker, which publishes nothing itself."""
    worker = house.start("worker")
    house.decide = slow(1, 8)
    run = house.start()
    house.until(lambda: len(house.log.accepted) >= 2, worker, run)
    house.end(run)
    house.until(lambda: house.states == ["done"], worker)
    house.end(worker)
    assert house.readers == EVERYBODY
