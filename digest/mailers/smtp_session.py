"""One SMTP session: the transactions on a connection, each with its phase exactly known."""

import asyncio
import time
from dataclasses import dataclass

from digest.mailers.smtp_clerk import Clerk
from digest.mailers.smtp_replies import Reply, Step, judge
from digest.mailers.smtp_rules import dot_stuffed
from digest.mailers.smtp_wire import Wire, WireError
from digest.model import Outcome, Outgoing, Receipt

_TAIL = 1000  # octets of a message that are kept back until its intent is recorded, besides the final dot


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """Seconds that each phase may take in all, however slowly bytes drip; `answer` is the wait after the final dot."""

    connect: float = 30
    command: float = 60
    transfer: float = 300
    answer: float = 600
    quit: float = 5


class Session:
    """A connection that is ready for MAIL; one transaction at a time."""

    def __init__(self, wire: Wire, *, takes_size: bool, deadlines: Deadlines) -> None:
        self._wire = wire
        self._takes_size = takes_size
        self._deadlines = deadlines
        self._opened = time.monotonic()
        self.messages = 0

    @property
    def is_open(self) -> bool:
        """Whether another message can be begun."""
        return self._wire.is_open

    @property
    def age(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self._opened

    async def send(self, message: Outgoing, clerk: Clerk) -> Receipt | None:
        """Send one message; `None` when the ledger did not let its end leave. Raises only what the ledger raised.

        `unknown` is possible only after the last bytes were handed to the transport; a failure before is `deferred`.
        """
        self.messages += 1
        try:
            refused = await self._envelope(message)
            if refused is None:
                return await self._content(message, clerk)
            return await self._refusal(message, *refused)
        except WireError as error:
            return _receipt(message, Outcome.DEFERRED, str(error))

    async def close(self) -> None:
        """End the session: politely while it is open."""
        if self._wire.is_open:
            await self._wire.quit(self._deadlines.quit)
        else:
            await self._wire.closed(self._deadlines.quit)

    async def abandon(self) -> None:
        """Cut the connection: a message that was begun is not finished."""
        self._wire.abort("closed by us")
        await self._wire.closed(self._deadlines.quit)

    async def _envelope(self, message: Outgoing) -> tuple[Step, Reply] | None:
        size = f" SIZE={len(message.content)}" if self._takes_size else ""
        commands = (
            (Step.MAIL, f"MAIL FROM:<{message.sender}>{size}"),
            (Step.RCPT, f"RCPT TO:<{message.recipient}>"),
            (Step.DATA, "DATA"),
        )
        for step, command in commands:
            reply = await self._wire.ask(command.encode("ascii"), self._deadlines.command)
            if not (reply.code == 354 if step is Step.DATA else reply.is_yes):
                return step, reply
        return None

    async def _content(self, message: Outgoing, clerk: Clerk) -> Receipt | None:
        stuffed = dot_stuffed(message.content)
        answer = self._wire.expect()
        await self._wire.pour(stuffed[:-_TAIL], answer, self._deadlines.transfer)
        if not answer.done() and not await clerk.intend(message):
            self._wire.abort("the ledger took the message back")
            return None
        if answer.done():
            return self._early(message, await answer)
        self._wire.write(stuffed[-_TAIL:] + b".\r\n")
        return await self._verdict(message, answer)

    def _early(self, message: Outgoing, reply: Reply) -> Receipt:
        self._wire.abort("the server answered before the end of the message")
        if reply.is_no:
            return _answered(message, judge(Step.MESSAGE, reply), reply)
        return _receipt(message, Outcome.DEFERRED, "the server answered before the end of the message")

    async def _verdict(self, message: Outgoing, answer: asyncio.Future[Reply]) -> Receipt:
        try:
            reply = await self._wire.reply(answer, self._deadlines.answer)
        except WireError as error:
            return _receipt(message, Outcome.UNKNOWN, f"{error} after the end of the message")
        if reply.is_yes:
            return _answered(message, Outcome.SENT, reply)
        if reply.is_no:
            return await self._refusal(message, Step.MESSAGE, reply)
        self._wire.abort("the server lost its place")
        return _answered(message, Outcome.UNKNOWN, reply)

    async def _refusal(self, message: Outgoing, step: Step, reply: Reply) -> Receipt:
        if reply.is_no and reply.code != 421:
            await self._reset()
            return _answered(message, judge(step, reply), reply)
        self._wire.abort(f"the server said {reply.code} to {step}")
        return _answered(message, Outcome.DEFERRED, reply)

    async def _reset(self) -> None:
        try:
            reply = await self._wire.ask(b"RSET", self._deadlines.command)
        except WireError:
            return
        if not reply.is_yes:
            self._wire.abort("the server refused RSET")


def _answered(message: Outgoing, outcome: Outcome, reply: Reply) -> Receipt:
    return Receipt(
        delivery_id=message.delivery_id,
        token=message.token,
        outcome=outcome,
        code=reply.code,
        enhanced=reply.enhanced,
        text=reply.words,
        queue_id=reply.queue_id if outcome is Outcome.SENT else None,
    )


def _receipt(message: Outgoing, outcome: Outcome, text: str) -> Receipt:
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text)
