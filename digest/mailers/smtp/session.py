"""One SMTP session: a talk on a wire, its deadlines, and whom it takes messages from and gives receipts to."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from digest import failpoints
from digest.mailers.smtp.dialogue import Dialogue, QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.transport import LOST, Transport
from digest.model.deliveries import Outcome, Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """Seconds that each phase may take in all, however slowly bytes drip.

    `transfer` is for the server to take what was written, `answer` for its word after the end of a message, `quit` for
    what it may still say once it or we have said goodbye.
    """

    connect: float = 30
    command: float = 60
    transfer: float = 300
    answer: float = 600
    quit: float = 5


class SessionDelegate(Protocol):
    """Whom a session works for."""

    @property
    def exhausted(self) -> bool:
        """Whether there will be no more messages."""
        ...

    def supply(self, most: int) -> list[QueuedMessage]:
        """Messages to be sent, at most so many; none: there are none now."""
        ...

    def give_back(self, parcels: list[QueuedMessage]) -> None:
        """Take messages that were not begun, for another session."""
        ...

    def intend(self, parcels: list[QueuedMessage], answer: Callable[[list[QueuedMessage], set[int]], None]) -> None:
        """Record intents; `answer` is called with the ids that may leave."""
        ...

    def settle(self, receipts: list[Receipt], stored: Callable[[int], None]) -> None:
        """Record receipts; `stored` is called with their number."""
        ...


class Session:
    """A connection that is ready for MAIL; everything happens in the callbacks of its wire, of the crew and of a timer.

    `fault` is what the server did to end it; `troubled` (by `why`): it cost the last message, or there was none;
    `carried`: it was good for a message at least.
    """

    def __init__(self, transport: asyncio.Transport, dialogue: Dialogue, deadlines: Deadlines, longest: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._wire = Transport(transport, self)
        self._dialogue = dialogue
        self._deadlines = deadlines
        self._retires = time.monotonic() + longest
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._delegate: SessionDelegate | None = None
        self._unanswered = self._unstored = 0
        self._head: object = None
        self._due = math.inf
        self._seconds = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._used = self._quitting = False
        self.fault: str | None = None
        self.troubled = True
        self.carried = False
        self.why = ""

    @property
    def held(self) -> int:
        """How many messages it has in hand."""
        return self._dialogue.held

    @property
    def window(self) -> int:
        """How many messages it can have in hand, while it is new."""
        return self._dialogue.window

    def begin(self, delegate: SessionDelegate) -> None:
        """Take messages from this crew and send them."""
        self._delegate = delegate
        if self._wire.is_open:
            self.work()
        else:
            self.fault = self.why = LOST
            self._finish()

    async def served(self) -> None:
        """Wait until the session is lost, has had its share, or nothing is left; raises what broke our own work."""
        await self._over

    async def close(self) -> None:
        """End the session: with QUIT while it is open, to a server that answers in time."""
        if self._wire.is_open:
            self._quitting = True
            self._wire.write([b"QUIT\r\n"])
            self._over = self._loop.create_future()
            await asyncio.wait([self._over], timeout=self._deadlines.quit)
        await self._wire.close(self._deadlines.quit)
        self._disarm()

    async def abandon(self) -> None:
        """Cut the connection: a message that was begun is not finished."""
        if self._delegate is not None and not self._quitting:
            self._end("closed by us", excused=True)
        self._wire.abort()
        await self._wire.close(self._deadlines.quit)

    def work(self) -> None:
        """Do what can be done now; an error in it ends the session with that error."""
        if self._delegate is None or self._quitting or self._over.done():
            return
        try:
            self._work(self._delegate)
        except BaseException as error:  # noqa: BLE001 - nobody above a callback would hear of it
            self._fail(error)

    def heard(self, replies: Sequence[tuple[int, list[bytes]]]) -> None:
        """Learn what the server said."""
        if self._quitting:
            self._finish()
            return
        try:
            for code, lines in replies:
                self._dialogue.take(code, lines)
        except BaseException as error:  # noqa: BLE001 - as in `work`
            self._fail(error)
        self.work()

    def drained(self) -> None:
        """Go on writing."""
        self._head = None  # the time for the answer begins
        self.work()

    def lost(self, why: str) -> None:
        """Settle what is in flight."""
        if self._quitting:
            self._finish()
        elif self._delegate is not None and self._dialogue.broken is None:
            self.fault = self.why = why
            self._end(why)

    def _work(self, delegate: SessionDelegate) -> None:
        dialogue = self._dialogue
        if dialogue.receipts:
            self._report(delegate)
        if dialogue.broken is not None or (dialogue.closing and dialogue.head is None):
            self._break(dialogue)
            return
        room = dialogue.room
        if room > 0 and room * 4 >= min(dialogue.window, room + dialogue.held):
            self._pull(delegate, dialogue, room)
        wire = self._wire
        while not wire.paused and wire.is_open and (parts := dialogue.flight()):
            wire.write(parts)
            if dialogue.ended:
                dialogue.ended = False
                self._head = None  # the time for the answer begins
                failpoints.reach("wire.after_end")
        asks = dialogue.asks()
        if asks:
            self._unanswered += 1
            delegate.intend(asks, self._learn)
        self._watch(dialogue)
        if not dialogue.held:
            self._rest(delegate, dialogue)

    def _pull(self, delegate: SessionDelegate, dialogue: Dialogue, room: int) -> None:
        if self._is_ahead or self._is_old():
            return
        parcels = delegate.supply(room)
        if parcels:
            self._used = True
            dialogue.add(parcels)

    def _rest(self, delegate: SessionDelegate, dialogue: Dialogue) -> None:
        if delegate.exhausted or dialogue.spent or self._is_old():
            self._finish()

    @property
    def _is_ahead(self) -> bool:
        """Whether the ledger is too far behind to ask it for more."""
        return self._unstored > self._dialogue.window

    def _is_old(self) -> bool:
        return self._used and time.monotonic() >= self._retires

    def _break(self, dialogue: Dialogue) -> None:
        why = dialogue.broken or "the server closed the session"
        if not dialogue.withdrawn:
            self.fault = self.why = why
        self._end(why)

    def _end(self, why: str, *, excused: bool = False) -> None:
        delegate = self._delegate
        assert delegate is not None
        self._wire.abort()
        back = self._dialogue.lost(why, excused=excused)
        if self._dialogue.receipts:
            self._report(delegate)
        if back:
            delegate.give_back(back)
        if not self._unanswered:
            self._finish()

    def _fail(self, error: BaseException) -> None:
        self._wire.abort()
        self._disarm()
        if not self._over.done():
            self._over.set_exception(error)

    def _finish(self) -> None:
        self._disarm()
        if not self._over.done():
            self._over.set_result(None)

    def _report(self, delegate: SessionDelegate) -> None:
        receipts, self._dialogue.receipts = self._dialogue.receipts, []
        last = receipts[-1]
        alive = self._dialogue.broken is None and not self._dialogue.closing
        self.carried = self.carried or any(receipt.outcome is Outcome.SENT for receipt in receipts)
        self.troubled = not alive and last.outcome is not Outcome.SENT
        self.why = f"{last.code or ''} {last.text}".strip()
        self._unstored += len(receipts)
        delegate.settle(receipts, self._stored)

    def _stored(self, number: int) -> None:
        held_up = self._is_ahead
        self._unstored -= number
        if held_up and not self._is_ahead:
            self.work()

    def _learn(self, parcels: list[QueuedMessage], allowed: set[int]) -> None:
        self._unanswered -= 1
        if self._dialogue.broken is None:
            self._dialogue.answer(parcels, allowed)
            self.work()
            return
        late = [message_ for message_ in parcels if message_.message.delivery_id in allowed and not message_.settled]
        if late and self._delegate is not None:
            for message_ in late:
                message_.granted = True
            self._delegate.give_back([message_.anew() for message_ in late])
        if not self._unanswered:
            self._finish()

    def _watch(self, dialogue: Dialogue) -> None:
        head = dialogue.head
        if head is self._head:
            return
        self._head = head
        if head is None:
            self._due = math.inf
            return
        self._seconds = self._patience(dialogue, head[1])
        self._due = self._loop.time() + self._seconds
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._tick)
        elif self._timer.when() > self._due:
            self._timer.cancel()
            self._timer = self._loop.call_at(self._due, self._tick)

    def _patience(self, dialogue: Dialogue, step: Step) -> float:
        if dialogue.closing:
            return self._deadlines.quit
        if step is not Step.MESSAGE:
            return self._deadlines.command
        return self._deadlines.transfer if dialogue.pouring or self._wire.paused else self._deadlines.answer

    def _tick(self) -> None:
        self._timer = None
        if self._due is math.inf or self._over.done():
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._tick)
            return
        taking = self._dialogue.pouring or self._wire.paused
        self.lost(f"{'the message was not taken' if taking else 'no answer'} in {self._seconds:g} s")

    def _disarm(self) -> None:
        self._due = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
