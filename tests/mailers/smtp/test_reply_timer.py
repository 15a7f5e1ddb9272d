"""Deadlines of replies: each has the time of its phase, counted from when the server could begin to reply."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from digest.mailers.smtp.dialogue import Dialogue
from digest.mailers.smtp.ledger_backlog import LedgerBacklog, OnAnswer, OnStored
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.reply_timer import Deadlines, ReplyTimer
from digest.mailers.smtp.transport import Transport
from digest.model.deliveries import Outcome, Receipt
from tests.support.mailing import outgoing

DEADLINES = Deadlines(connect=1, command=30, envelope=60, transfer=300, answer=600, quit=5)


@dataclass
class Handle:
    """A timer of the loop below."""

    due: float
    call: Callable[[], None]
    cancelled: bool = False

    def when(self) -> float:
        return self.due

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Loop:
    """An event loop whose time passes only by `advance`."""

    now: float = 1000.0
    handles: list[Handle] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_at(self, due: float, call: Callable[[], None]) -> Handle:
        self.handles.append(Handle(due, call))
        return self.handles[-1]

    def advance(self, seconds: float) -> None:
        """Let the time pass, and call what is due."""
        self.now += seconds
        for handle in [one for one in self.handles if one.due <= self.now]:
            self.handles.remove(handle)
            if not handle.cancelled:
                handle.call()


@dataclass
class FakeDialogue:
    """What a timer reads of a dialogue and a transport."""

    awaited: tuple[object, Step] | None = None
    is_transferring: bool = False
    paused: bool = False
    closing: bool = False
    is_gone: bool = False

    @property
    def transactions(self) -> "FakeDialogue":
        return self


@dataclass
class Timed:
    """A timer on a loop of the test."""

    loop: Loop
    dialogue: FakeDialogue
    timer: ReplyTimer
    expired: list[str]

    def wait_for(self, step: Step | None) -> None:
        """Await the reply to another command."""
        self.dialogue.awaited = None if step is None else (object(), step)
        self.timer.update()


def make_timed(deadlines: Deadlines) -> Timed:
    """A timer that waits for nothing yet."""
    loop, dialogue, expired = Loop(), FakeDialogue(), cast("list[str]", [])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
        timer = ReplyTimer(cast("Dialogue", dialogue), cast("Transport", dialogue), deadlines, expired.append)
    return Timed(loop, dialogue, timer, expired)


@pytest.fixture
def timed() -> Timed:
    """A timer with the deadlines above."""
    return make_timed(DEADLINES)


@pytest.mark.parametrize(
    ("step", "state", "seconds", "why"),
    [
        (Step.RSET, {}, 60, "no reply within 60 s"),
        (Step.MAIL, {}, 60, "no reply within 60 s"),
        (Step.RCPT, {}, 60, "no reply within 60 s"),
        (Step.DATA, {"paused": True}, 60, "the server did not read the message within 60 s"),
        (Step.MESSAGE, {}, 600, "no reply within 600 s"),
        (Step.MESSAGE, {"paused": True}, 300, "the server did not read the message within 300 s"),
        (Step.MESSAGE, {"is_transferring": True}, 300, "the server did not read the message within 300 s"),
        (Step.MESSAGE, {"closing": True}, 5, "no reply within 5 s"),
        (Step.MAIL, {"closing": True}, 5, "no reply within 5 s"),
        (Step.MESSAGE, {"closing": True, "paused": True}, 5, "the server did not read the message within 5 s"),
    ],
)
def test_reply_timer_each_phase_has_its_deadline(
    timed: Timed, step: Step, state: dict[str, Any], seconds: float, why: str
) -> None:
    """Not a moment earlier."""
    for name, value in state.items():
        setattr(timed.dialogue, name, value)
    timed.wait_for(step)
    timed.loop.advance(seconds - 0.5)
    assert timed.expired == []
    timed.loop.advance(0.5)
    assert timed.expired == [why]


def test_reply_timer_same_reply_keeps_its_deadline_until_restarted(timed: Timed) -> None:
    """Asking again gives no more time; once the server has read the message, its time begins again."""
    timed.wait_for(Step.MAIL)
    timed.loop.advance(50)
    timed.timer.update()
    timed.timer.restart()
    timed.timer.update()
    timed.loop.advance(50)
    timed.timer.update()
    assert timed.expired == []
    timed.loop.advance(10)
    assert timed.expired == ["no reply within 60 s"]


def test_reply_timer_next_reply_has_its_own_time(timed: Timed) -> None:
    """A shorter deadline replaces the timer, a longer one lets it run and wait on."""
    timed.wait_for(Step.MESSAGE)
    timed.loop.advance(100)
    timed.wait_for(Step.MAIL)
    timed.loop.advance(30)
    timed.wait_for(Step.MESSAGE)
    timed.loop.advance(599)
    assert timed.expired == []
    timed.loop.advance(1)
    assert timed.expired == ["no reply within 600 s"]


def test_reply_timer_deadline_of_the_next_reply_is_earlier_than_the_timer() -> None:
    """Also where both are less than two seconds away: the timer that would fire too late is cancelled."""
    deadlines = Deadlines(connect=1, envelope=0.5, transfer=1, answer=1.5, quit=1)
    timed = make_timed(deadlines)
    timed.wait_for(Step.MESSAGE)
    (late,) = timed.loop.handles
    timed.loop.advance(0.25)
    timed.wait_for(Step.MAIL)
    assert late.cancelled
    timed.loop.advance(0.25)
    assert timed.expired == []
    timed.loop.advance(0.25)
    assert timed.expired == ["no reply within 0.5 s"]


@pytest.mark.parametrize("step", [Step.MAIL, Step.MESSAGE])
def test_reply_timer_server_that_is_gone_is_noticed_every_two_seconds(timed: Timed, step: Step) -> None:
    """Long before the deadline, and no more than once."""
    timed.wait_for(step)
    timed.loop.advance(3)
    timed.dialogue.is_gone = True
    timed.loop.advance(1)
    assert timed.expired == []
    timed.loop.advance(1)
    assert timed.expired == ["the server is gone"]
    timed.loop.advance(10_000)
    assert timed.expired == ["the server is gone"]


def test_reply_timer_many_replies_share_one_timer(timed: Timed) -> None:
    """Most replies arrive long before their deadline; a timer for each would cost time."""
    for _ in range(100):
        timed.loop.advance(0.1)
        timed.wait_for(Step.RCPT)
    assert len(timed.loop.handles) == 1


@pytest.mark.parametrize("how", ["answered", "stopped"])
def test_reply_timer_that_waits_for_nothing_never_expires(timed: Timed, how: str) -> None:
    """After the last reply, and after a stop."""
    timed.wait_for(Step.MAIL)
    if how == "answered":
        timed.wait_for(None)
    else:
        (handle,) = timed.loop.handles
        timed.timer.stop()
        assert handle.cancelled
        timed.timer.stop()
    timed.dialogue.is_gone = True
    timed.loop.advance(10_000)
    assert timed.expired == []
    assert timed.loop.handles == []


def test_reply_timer_waits_again_after_a_stop(timed: Timed) -> None:
    """A stop before the first reply changes nothing; a later one ends the time of the reply that was awaited."""
    timed.timer.stop()
    for _ in range(2):
        timed.wait_for(Step.MAIL)
        timed.loop.advance(59)
        timed.timer.stop()
    timed.wait_for(Step.MAIL)
    timed.loop.advance(59)
    assert timed.expired == []
    timed.loop.advance(1)
    assert timed.expired == ["no reply within 60 s"]


class Ledger:
    """Keeps what a backlog submits."""

    def __init__(self) -> None:
        self.answers: list[tuple[list[QueuedMessage], OnAnswer]] = []
        self.stored: list[OnStored] = []

    def record_intents(self, requests: list[QueuedMessage], on_answer: OnAnswer) -> None:
        self.answers.append((requests, on_answer))

    def record_receipts(self, receipts: list[Receipt], on_stored: OnStored = lambda _number: None) -> None:
        self.stored.append(on_stored)


def test_ledger_backlog_counts_requests_until_they_are_answered() -> None:
    """Two requests, answered one by one."""
    seen: list[tuple[list[QueuedMessage], set[int]]] = []
    backlog = LedgerBacklog(2, on_answer=lambda *answer: seen.append(answer), on_room=lambda: None)
    ledger, requests = Ledger(), [QueuedMessage(outgoing(1))]
    assert not backlog.awaits_answers
    backlog.submit_intents(ledger, requests)
    backlog.submit_intents(ledger, requests)
    for left in (True, False):
        given, on_answer = ledger.answers.pop()
        on_answer(given, {1})
        assert backlog.awaits_answers is left
    assert seen == [(requests, {1})] * 2


def test_ledger_backlog_is_full_above_its_limit_and_says_when_there_is_room() -> None:
    """With a limit of two receipts: the third makes it full, and storing one is enough."""
    rooms: list[bool] = []
    backlog = LedgerBacklog(2, on_answer=lambda *_: None, on_room=lambda: rooms.append(backlog.is_full))
    ledger = Ledger()
    receipt = Receipt(delivery_id=1, token="t", outcome=Outcome.SENT)
    fullness = []
    for number in (2, 1):
        backlog.submit_receipts(ledger, [receipt] * number)
        fullness.append(backlog.is_full)
    ledger.stored[1](1)
    fullness.append(backlog.is_full)
    ledger.stored[0](2)
    backlog.submit_receipts(ledger, [receipt] * 3)
    fullness.append(backlog.is_full)
    assert fullness == [False, True, False, True]
    assert rooms == [False]
