"""The deadlines of an SMTP session: how long it waits for each reply."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from digest.mailers.smtp.dialogue import Dialogue
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.transport import Transport

_LOOK = 2.0  # seconds between two looks whether the server is still there


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """Seconds that each phase may take in all, however slowly bytes arrive.

    `connect` is for the network, `greeting` for TLS and the first reply, `command` for EHLO, STARTTLS and the login,
    `envelope` for MAIL, RCPT, DATA and RSET, `transfer` for the server to read what was written, `answer` for its reply
    to the end of a message, `quit` for what it may still send after QUIT or 421.
    RFC 5321, 4.5.3.2 asks for at least 5 minutes after MAIL and RCPT, and 10 after the final dot. A relay that asks
    the recipient's server before it replies to RCPT needs them (in Exim up to 2 minutes), and with CHUNKING the
    messages of a flight are unknown where its reply is not awaited.
    """

    connect: float = 30
    greeting: float = 120
    command: float = 60
    envelope: float = 300
    transfer: float = 300
    answer: float = 600
    quit: float = 5


class ReplyTimer:
    """Calls `expired` with the reason when the reply that a dialogue awaits is overdue, or will never come.

    The event loop's timer is replaced only when it would fire too late: most replies arrive long before their
    deadline, and a new timer for each of them would cost time.
    """

    def __init__(
        self, dialogue: Dialogue, transport: Transport, deadlines: Deadlines, expired: Callable[[str], object]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._dialogue = dialogue
        self._transport = transport
        self._deadlines = deadlines
        self._expired = expired
        self._awaited: object = None
        self._due = math.inf
        self._seconds = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def restart(self) -> None:
        """Give the awaited reply its whole time again at the next `update`."""
        self._awaited = None

    def update(self) -> None:
        """Start the time of the reply that is awaited now, unless it is running."""
        awaited = self._dialogue.awaited
        if awaited is self._awaited:
            return
        self._awaited = awaited
        if awaited is None:
            self._due = math.inf
            return
        self._seconds = self._allowed(awaited[1])
        self._due = self._loop.time() + self._seconds
        if self._handle is not None and self._handle.when() > self._due:
            self._handle.cancel()
            self._handle = None
        if self._handle is None:
            self._set_timer()

    def stop(self) -> None:
        """Wait for nothing more."""
        self._due = math.inf
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _set_timer(self) -> None:
        self._handle = self._loop.call_at(min(self._due, self._loop.time() + _LOOK), self._tick)

    @property
    def _is_transferring(self) -> bool:
        return self._dialogue.is_transferring or self._transport.paused

    def _allowed(self, step: Step) -> float:
        if self._dialogue.transactions.closing:
            return self._deadlines.quit
        if step is not Step.MESSAGE:
            return self._deadlines.envelope
        return self._deadlines.transfer if self._is_transferring else self._deadlines.answer

    def _tick(self) -> None:
        self._handle = None
        if self._due is math.inf:
            return
        if self._transport.is_gone:
            self._expired("the server is gone")
            return
        if self._loop.time() < self._due:
            self._set_timer()
            return
        what = "the server did not read the message" if self._is_transferring else "no reply"
        self._expired(f"{what} within {self._seconds:g} s")
