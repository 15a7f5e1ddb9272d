"""`digest send` while another process sends the same issue: what it takes, and what it says of the rest."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.clock import SystemClock
from digest.model.deliveries import Claim
from digest.store.ledger.deliveries import Deliveries
from tests.support.installation import DAY, Installation, Ran, day
from tests.support.signals import hangup_is
from tests.support.smtp_server import Log, honest_server

READERS = ("anna@reader.example", "boris@reader.example", "carla@reader.example")
ISSUE = f"daily/{DAY}"
NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)
OTHER = "another"
HELD = f"{ISSUE}: another process is sending the last 1; if it ends before that, `digest run` or a later send continues"


@pytest.fixture
def log() -> Log:
    """What the mail server saw."""
    return Log()


@pytest.fixture
def send(tmp_path: Path, log: Log) -> Iterator[Callable[..., Ran]]:
    """Run `digest send` with five articles and three readers."""
    with honest_server() as (port, seen):
        site = Installation(tmp_path).configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.subscribe(*READERS)
        seen.accepted = log.accepted
        yield lambda *more: site.run("send", "--date", DAY, "--yes", *more, now=NOW)


def _on_claim(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[Deliveries, Any], object]) -> None:
    """Let `act` happen at the sender's claim of that number, which gets one row at most like all of its claims."""
    turn = iter(range(1, 100))
    claim = Deliveries.claim

    def claims(self: Deliveries, _limit: int, **more: Any) -> list[Claim]:
        if next(turn) == number:
            act(self, lambda owner: claim(self, 1, **{**more, "owner": owner}))
        return claim(self, 1, **more)

    monkeypatch.setattr(Deliveries, "claim", claims)


def _held(_ledger: Deliveries, claim: Callable[[str], object]) -> None:
    claim(OTHER)


def test_send_beside_a_process_with_the_last_message_says_so(
    send: Callable[..., Ran], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing failed: exit code 0."""
    _on_claim(monkeypatch, 1, _held)
    ran = send().fine()
    assert ran.out.splitlines()[-2:] == [f"{ISSUE}: 1 claimed, 2 sent of 3", HELD]
    assert len(log.accepted) == 2


def test_send_takes_what_another_process_gives_back_after_its_last_look(
    send: Callable[..., Ran], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is planned again when sending has just ended: sending goes on."""
    _on_claim(monkeypatch, 1, _held)
    finish = Deliveries.finish

    def finished(self: Deliveries, now: datetime) -> int:
        number = finish(self, now)
        self.release(OTHER)
        return number

    monkeypatch.setattr(Deliveries, "finish", finished)
    assert send().fine().out.splitlines()[-1] == f"{ISSUE}: 3 sent of 3"
    assert Counter(one.recipient for one in log.accepted) == Counter(READERS)


def test_send_with_wait_takes_what_another_process_gives_back_later(
    send: Callable[..., Ran], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits as long as the other one holds a message."""
    _on_claim(monkeypatch, 1, _held)
    looks = iter(range(1, 1000))
    is_sending = Deliveries.is_sending

    def look(self: Deliveries, issue_id: int | None = None) -> bool:
        if next(looks) == 5:
            self.release(OTHER)
        return is_sending(self, issue_id)

    monkeypatch.setattr(Deliveries, "is_sending", look)
    assert send("--wait").fine().out.splitlines()[-1] == f"{ISSUE}: 3 sent of 3"
    assert Counter(one.recipient for one in log.accepted) == Counter(READERS)
    assert next(looks) > 5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 1), (signal.SIGINT, 130), (signal.SIGHUP, 1)])
@pytest.mark.parametrize(("held", "others"), [(False, ""), (True, "another process is sending; if it ends, ")])
def test_send_stopped_by_a_signal_names_what_continues(
    send: Callable[..., Ran],
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    code: int,
    *,
    held: bool,
    others: str,
) -> None:
    """With the number that nobody is sending; one message was sent. The exit code after Ctrl-C is 130, else 1."""

    stopped = threading.Event()
    stop_clock = SystemClock.stop

    def stop(clock: SystemClock) -> None:
        stop_clock(clock)
        stopped.set()

    def claimed(ledger: Deliveries, claim: Callable[[str], object]) -> None:
        if held:
            _held(ledger, claim)
        while not log.accepted:  # a stop drops what was not begun
            time.sleep(0.01)
        signal.pthread_kill(main_thread, number)
        assert stopped.wait(60)

    main_thread = threading.get_ident()
    monkeypatch.setattr(SystemClock, "stop", stop)
    _on_claim(monkeypatch, 2, claimed)
    left = 1 if held else 2
    message = f"digest: {ISSUE}: stopped with {left} left; {others}`digest send --resume {ISSUE}` continues"
    with hangup_is(signal.SIG_DFL):
        assert send().failed(code) == message
