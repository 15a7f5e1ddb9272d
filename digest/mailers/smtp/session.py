"""One SMTP session: a dialogue on a transport, its deadlines, and the delegate that supplies messages."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from digest import failpoints
from digest.mailers.smtp.dialogue import Dialogue
from digest.mailers.smtp.ledger_backlog import LedgerBacklog, LedgerWriter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.reply_timer import Deadlines, ReplyTimer
from digest.mailers.smtp.transport import CONNECTION_LOST, Transport
from digest.model.deliveries import Outcome, Receipt

_SERVER_CLOSED = "the server closed the session"
_NO_MORE = "the server takes no more messages on this connection"


class SessionDelegate(LedgerWriter, Protocol):
    """Supplies a session with messages and records what becomes of them."""

    @property
    def exhausted(self) -> bool:
        """Whether there will be no more messages."""
        ...

    def supply(self, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages to send; none if none are waiting now."""
        ...

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Accept messages that were not started, for another session."""
        ...


@dataclass(slots=True)
class SessionResult:
    """How a session went. `fault`: what the server did to end it; `delivered`: at least one message was sent;
    `cost_message`: the end cost the last message, or no message was settled; `explanation`: the latest reply or fault.
    """

    fault: str | None = None
    delivered: bool = False
    cost_message: bool = True
    explanation: str = ""
    _is_explained: bool = False  # the server said why it ends the session

    @property
    def failed(self) -> bool:
        """Whether the server ended the session, and a message was lost by it."""
        return self.fault is not None and self.cost_message

    def fail(self, why: str) -> None:
        """Note what the server did."""
        self.fault = why
        self.explanation = self.explanation if self._is_explained else why

    def add(self, receipts: Sequence[Receipt], *, alive: bool) -> None:
        """Note receipts, while the session is alive or at its end."""
        last = receipts[-1]
        self.delivered = self.delivered or any(receipt.outcome is Outcome.SENT for receipt in receipts)
        self.cost_message = self._is_explained = not alive and last.outcome is not Outcome.SENT
        self.explanation = f"{last.code or ''} {last.text}".strip()


class Session:
    """A connection that is ready for MAIL; it acts in the callbacks of its transport, its delegate and its timer."""

    def __init__(self, transport: asyncio.Transport, dialogue: Dialogue, deadlines: Deadlines, max_age: float) -> None:
        self.queue = dialogue.queue
        self.result = SessionResult()
        self._dialogue = dialogue
        self._deadlines = deadlines
        self._transport = Transport(transport, self)
        self._timer = ReplyTimer(dialogue, self._transport, deadlines, self.closed)
        self._backlog = LedgerBacklog(dialogue.queue.window, on_answer=self._intents_answered, on_room=self.work)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._delegate: SessionDelegate | None = None
        self._expires = time.monotonic() + max_age
        self._used = self._quitting = self._settled = False

    @property
    def has_room(self) -> bool:
        """Whether it takes messages now: not a few only, because each supply has a fixed cost."""
        is_small = self._dialogue.room < self.queue.least_supply
        return not (is_small or self._backlog.is_full or self._is_old())

    @property
    def awaits_result(self) -> bool:
        """Whether the server may have accepted a message without having said so."""
        return self._dialogue.transactions.awaits_result

    def begin(self, delegate: SessionDelegate) -> None:
        """Start to send the delegate's messages."""
        self._delegate = delegate
        if self._transport.is_open:
            self.work()
        else:
            self.result.fail(CONNECTION_LOST)
            self._finish()

    async def wait_until_ended(self) -> None:
        """Wait until the session is lost or has no more to do; raises an error of our own code."""
        await self._ended

    async def close(self) -> None:
        """End the session: with QUIT while it is open, to a server that answers in time."""
        if self._transport.is_open:
            self._quitting = True
            self._transport.write([b"QUIT\r\n"])
            self._ended = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._ended], timeout=self._deadlines.quit)
        await self._transport.close(self._deadlines.quit)
        self._timer.stop()

    async def abandon(self) -> None:
        """Close the connection at once: a message that was started is not finished."""
        if self._delegate is not None and not self._quitting:
            self._end("the sender closed the connection", is_fault=False)
        self._transport.abort()
        await self._transport.close(self._deadlines.quit)

    def work(self) -> None:
        """Do what can be done now; an error in it ends the session with that error."""
        if self._delegate is None or self._settled or self._quitting or self._ended.done():
            return
        try:
            self._work(self._delegate)
        except BaseException as error:  # noqa: BLE001 - the event loop would only log an error of a callback
            self._fail(error)

    def replies_received(self, replies: Sequence[tuple[int, list[bytes]]]) -> None:
        """Process the server's replies."""
        if self._quitting:
            self._finish()
            return
        try:
            for code, lines in replies:
                self._dialogue.take_reply(code, lines)
        except BaseException as error:  # noqa: BLE001 - as in `work`
            self._fail(error)
        self.work()

    def writable(self) -> None:
        """Continue to write."""
        self._timer.restart()  # the server has read the message: the time of its reply begins
        self.work()

    def closed(self, why: str) -> None:
        """Settle what is in flight."""
        if self._quitting:
            self._finish()
        elif self._delegate is not None and self._dialogue.broken is None:
            self._end(why, is_fault=True)

    def _work(self, delegate: SessionDelegate) -> None:
        dialogue = self._dialogue
        if dialogue.transactions.receipts:
            self._report(delegate)
        if dialogue.broken is not None:
            self._end(dialogue.broken, is_fault=not dialogue.withdrawn)
            return
        if dialogue.is_over:
            closing = dialogue.transactions.closing
            self._end(_SERVER_CLOSED if closing else _NO_MORE, is_fault=closing, aborts=closing)
            return
        self._pull(delegate)
        self._write()
        requests = dialogue.queue.take_requests()
        if requests:
            self._backlog.submit_intents(delegate, requests)
        self._timer.update()
        if not self.queue.held and (delegate.exhausted or self.queue.is_exhausted or self._is_old()):
            if self.queue.is_exhausted:
                self.queue.allowance.note_used_up()
            self._finish()

    def _pull(self, delegate: SessionDelegate) -> None:
        messages = delegate.supply(self._dialogue.room) if self.has_room else ()
        if messages:
            self._used = True
            self.queue.add(messages)

    def _write(self) -> None:
        dialogue, transport = self._dialogue, self._transport
        while not transport.paused and transport.is_open and (parts := dialogue.next_flight()):
            transport.write(parts)
            if dialogue.end_written:
                dialogue.end_written = False
                self._timer.restart()
                failpoints.reach("wire.after_end")

    def _is_old(self) -> bool:
        return self._used and time.monotonic() >= self._expires

    def _end(self, why: str, *, is_fault: bool, aborts: bool = True) -> None:
        """Close the connection and settle everything; `is_fault`: because of what the server did.

        Unless it `aborts` at once, nothing is awaited, and the owner closes the connection.
        """
        delegate = self._delegate
        assert delegate is not None
        self._settled = True  # what is left are the answers of the ledger
        if is_fault:
            self.result.fail(why)
        if aborts:
            self._transport.abort()
        unsent = self._dialogue.lose(why, excused=not is_fault)
        if self._dialogue.transactions.receipts:
            self._report(delegate)
        if unsent:
            delegate.give_back(unsent)
        if not self._backlog.awaits_answers:
            self._finish()

    def _fail(self, error: BaseException) -> None:
        self._transport.abort()
        self._timer.stop()
        if not self._ended.done():
            self._ended.set_exception(error)

    def _finish(self) -> None:
        self._timer.stop()
        if not self._ended.done():
            self._ended.set_result(None)

    def _report(self, delegate: SessionDelegate) -> None:
        transactions = self._dialogue.transactions
        receipts, transactions.receipts = transactions.receipts, []
        self.result.add(receipts, alive=self._dialogue.broken is None and not transactions.closing)
        self._backlog.submit_receipts(delegate, receipts)

    def _intents_answered(self, requests: list[QueuedMessage], allowed: set[int]) -> None:
        if self._dialogue.broken is None:
            self._dialogue.answer_intents(requests, allowed)
            self.work()
            return
        late = [queued for queued in requests if queued.message.delivery_id in allowed and not queued.settled]
        if late and self._delegate is not None:
            for queued in late:
                queued.intent_recorded = True
            self._delegate.give_back([queued.restarted() for queued in late])
        if not self._backlog.awaits_answers:
            self._finish()
