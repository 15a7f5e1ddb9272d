"""The three modes of an SMTP transaction, chosen by the extensions that EHLO announced (pure)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from digest import failpoints
from digest.mailers.smtp.allowance import Allowance
from digest.mailers.smtp.dialogue import Dialogue, mail_command, rcpt_command
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.replies import Step

_HELD_BACK = 1000  # octets before the final dot that wait until the server has read the rest of a message
_LONG_MESSAGE = 256 * 1024  # octets above which the end of a message is held back
_FLIGHT_SIZE = 256 * 1024  # octets after which a flight of several messages is written
_MOST_REFUSED = 5  # envelopes on a connection with CHUNKING
_MOST_RESETS = 10  # after refused envelopes, in Exim
_UNKNOWN_COMMAND = frozenset({500, 502, 503, 504})  # replies to a command, not to a message
SMALLEST_WINDOW = 4
WINDOW_WITH_LEDGER_SERVER = 8  # the smallest one there: with 4, nearly half of the connections waited for PostgreSQL
_WINDOWS = ((0.01, SMALLEST_WINDOW), (0.1, 8), (math.inf, 16))  # for round trips under that many seconds


@dataclass(slots=True)
class BdatTrial:
    """Whether a server knows BDAT, which a proxy may only announce for the server behind it; None until it replied."""

    works: bool | None = None


def make_dialogue(
    *,
    pipelining: bool,
    chunking: bool,
    window: int | None,
    round_trip: float,
    allowance: Allowance,
    takes_size: bool,
    trial: BdatTrial,
    smallest_window: int,
) -> Dialogue:
    """The fastest mode that the server announced; `window` is fixed, or `None`: it follows the round trip in seconds.

    The dialogues of a server share its `trial`. Unless it is fixed, a window is at least the smallest one. The
    sequential mode holds one message, whatever the window. The pipelined one completes one message in a round trip, so
    that it gets the smallest window, in which messages wait for the ledger.
    """
    if not pipelining:
        return Sequential(window=1, allowance=allowance, takes_size=takes_size, late_intents=True)
    if not chunking or trial.works is False:
        return Pipelined(window=window or smallest_window, allowance=allowance, takes_size=takes_size)
    window = window or max(_window_for(round_trip), smallest_window)
    return Chunked(trial, window=window, allowance=allowance, takes_size=takes_size)


def _window_for(round_trip: float) -> int:
    """How many messages are in flight on a connection to a server with this round trip in seconds.

    All that are in flight may become unknown in a crash. Beside a server 4 reach 0.83 to 0.9 of the rate of 8
    (docs/promise.md), and ten connections with 4 carry 4,000 messages a second over 10 ms.
    """
    return next(window for limit, window in _WINDOWS if round_trip < limit)


class Sequential(Dialogue):
    """One command at a time; the intent is recorded when all of the message but its end was written."""

    _command = b""
    _awaiting_intent: QueuedMessage | None = None
    _end = b""

    def answer_intents(self, requests: Iterable[QueuedMessage], allowed: set[int]) -> None:
        """Permit the end of the message, or break off without it."""
        self._awaiting_intent = None
        for queued in requests:
            if queued.message.delivery_id in allowed:
                queued.intent_recorded = True
            elif not queued.settled:
                self.transactions.drop_oldest()
                self._unfinished = None
                self.withdrawn = True
                self.broken = self.broken or "the ledger withdrew the message"

    def next_flight(self) -> list[bytes]:
        """The next command, the message without its end, or its end."""
        if self._command:
            command, self._command = self._command, b""
            return [command]
        if self._unfinished is not None:
            return self._finish(self._unfinished)
        if self.transactions or not self.queue.has_ready or self.transactions.starts_none:
            return []
        queued = self.queue.next_ready()
        self.transactions.start(queued)
        step = Step.RSET if self.transactions.needs_reset else Step.MAIL
        self.transactions.needs_reset = False
        self._expected.append((queued, step))
        return [b"RSET\r\n" if step is Step.RSET else mail_command(queued.message, with_size=self._takes_size)]

    def _finish(self, queued: QueuedMessage) -> list[bytes]:
        if not queued.intent_recorded:
            if self._awaiting_intent is None:
                self._awaiting_intent = queued
                self.queue.request_intent(queued)
            return []
        self._unfinished = None
        self._mark_end_written(queued)
        return [self._end]

    def _can_restart(self, queued: QueuedMessage) -> bool:
        return queued is not self._awaiting_intent

    def _reset_answered(self, code: int) -> None:
        super()._reset_answered(code)
        if self.broken is None:
            message = self.transactions.oldest.message
            self._send(Step.MAIL, mail_command(message, with_size=self._takes_size))

    def _envelope_answered(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope_answered(queued, step, code, lines)
        if queued.refusal is not None and not queued.settled:
            self.transactions.settle_refusal(queued)
        elif self.broken is None and not queued.settled:
            if step is Step.MAIL:
                self._send(Step.RCPT, rcpt_command(queued.message))
            else:
                self._send(Step.DATA, b"DATA\r\n")

    def _data_answered(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        if code == 354:
            failpoints.reach("wire.after_envelope")
            start, end = _split_end(queued.data_parts())
            self._end = end + b".\r\n"
            self._unfinished = queued
            self._send(Step.MESSAGE, start)
        else:
            self._data_refused(queued, code, lines)

    def _send(self, step: Step, data: bytes) -> None:
        self._expected.append((self.transactions.oldest, step))
        self._command = data


class Pipelined(Dialogue):
    """The whole envelope in one write, and the next envelope right behind the final dot (RFC 2920)."""

    _awaiting_data: QueuedMessage | None = None  # its DATA is not answered yet
    _open: QueuedMessage | None = None  # the server waits for its content
    _end: bytes = b""

    def next_flight(self) -> list[bytes]:
        """The content, the final dot and the next envelope; a long message without its end, which comes next."""
        if self.transactions.closing:
            return []
        parts: list[bytes] = []
        if self._unfinished is not None:
            parts += [self._end, b".\r\n"]
            self._mark_end_written(self._unfinished)
            self._unfinished = None
        elif self._open is not None:
            parts += self._content(self._open)
            self._open = None
        if self._may_start and self.queue.has_ready:
            self._awaiting_data = self.queue.next_ready()
            parts.append(self._start(self._awaiting_data) + b"DATA\r\n")
            self._expected.append((self._awaiting_data, Step.DATA))
        return parts

    @property
    def _may_start(self) -> bool:
        return self._unfinished is None and self._awaiting_data is None and not self.transactions.starts_none

    def _content(self, queued: QueuedMessage) -> list[bytes]:
        self._expected.append((queued, Step.MESSAGE))
        if queued.refusal is not None:
            return [b".\r\n"]  # there is no recipient, and the server expects an end (RFC 2920, 3.1)
        parts = queued.data_parts()
        if queued.message.size > _LONG_MESSAGE:
            self._unfinished = queued
            start, self._end = _split_end(parts)
            return [start]
        self._mark_end_written(queued)
        return [*parts, b".\r\n"]

    def _data_answered(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        self._awaiting_data = None
        if code == 354 and not (queued.recipient_accepted and queued.refusal is not None):
            failpoints.reach("wire.after_envelope")
            self._open = queued
        else:
            self._data_refused(queued, code, lines)


class Chunked(Dialogue):
    """Envelope and message in one flight, several messages in flight (RFC 3030, with PIPELINING).

    The first message to a server is the trial: only its first line is written before the server has shown that it knows
    BDAT. A server that does not know it reads what follows as commands, and other lines are foreign text.

    After some refused envelopes another connection takes over: Exim ends a connection at the eleventh RSET that follows
    one (smtp_accept_max_nonmail), and the messages behind it would be unknown. After two in a row fewer are in flight.
    """

    _end = b""
    _refused = _refused_in_a_row = 0  # envelopes
    _is_trying = False  # the reply to a first line is awaited
    _continued: QueuedMessage | None = None  # the trial, of which the server has taken the first line

    def __init__(self, trial: BdatTrial, **settings: Any) -> None:
        super().__init__(**settings)
        self._trial = trial

    def next_flight(self) -> list[bytes]:
        """As many whole messages as are ready, one until BDAT is known to work; a long one without its end at first.

        RSET precedes each message behind one that is not answered yet: if the recipient of that one were refused, the
        server would keep its sender, refuse the next MAIL and could deliver the next message in its envelope.
        """
        if self.transactions.closing:
            return []
        parts: list[bytes] = []
        size = 0
        queue, transactions = self.queue, self.transactions
        if self._unfinished is not None:
            parts.append(self._end)
            self._mark_end_written(self._unfinished)
            self._unfinished = None
        elif self._continued is not None:
            _line, rest = _split_line(self._continued)
            parts += self._last_chunk(self._continued, b"", (rest,))
            self._continued = None
        while queue.has_ready and self._may_start and size < _FLIGHT_SIZE:
            transactions.needs_reset = transactions.needs_reset or bool(transactions)
            queued = queue.next_ready()
            commands = self._start(queued)
            parts += (
                self._last_chunk(queued, commands, queued.message.parts)
                if self._trial.works
                else self._first_line(queued, commands)
            )
            size += queued.message.size
        return parts

    @property
    def _may_start(self) -> bool:
        if self._refused_in_a_row > 1 and self._refused + len(self.transactions) >= _MOST_RESETS:
            return False
        return self._unfinished is None and not self._is_trying and not self.transactions.starts_none

    def _first_line(self, queued: QueuedMessage, commands: bytes) -> list[bytes]:
        line, _rest = _split_line(queued)
        self._is_trying = True
        self._expected.append((queued, Step.DATA))
        return [commands + b"BDAT %d\r\n" % len(line), line]

    def _last_chunk(self, queued: QueuedMessage, commands: bytes, content: tuple[bytes, ...]) -> list[bytes]:
        size = sum(map(len, content))
        commands += b"BDAT %d LAST\r\n" % size
        self._expected.append((queued, Step.MESSAGE))
        if size > _LONG_MESSAGE:
            self._unfinished = queued
            start, self._end = _split_end(content)
            return [commands, start]
        self._mark_end_written(queued)
        return [commands, *content]

    def _envelope_answered(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope_answered(queued, step, code, lines)
        if queued.recipient_accepted:
            failpoints.reach("wire.after_envelope")
            self._refused_in_a_row = 0
        if code >= 400:
            self._refused += 1
            self._refused_in_a_row += 1
        if self._refused >= _MOST_REFUSED:
            self.transactions.starts_none = True

    def _data_answered(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        """Learn from the reply to the first line whether the server knows BDAT."""
        self._is_trying = False
        if queued.recipient_accepted and queued.refusal is None:
            self._trial.works = code not in _UNKNOWN_COMMAND
            if not self._trial.works:
                self.broken = "the server announces CHUNKING and does not know BDAT"
                self._excused = True
                return
        if code >= 400:
            self.transactions.refuse(queued, Step.DATA, code, lines)
        if queued.refusal is not None:
            self.transactions.settle_refusal(queued)
        elif 200 <= code <= 299:
            self._continued = queued
        else:
            self._break_off(queued, Step.DATA, code, lines)


def _split_line(queued: QueuedMessage) -> tuple[bytes, bytes]:
    """The first line of a message, which is ours, and the rest."""
    line, end, rest = queued.message.content.partition(b"\r\n")
    return line + end, rest


def _split_end(parts: Iterable[bytes]) -> tuple[bytes, bytes]:
    """A message without its last octets, and these octets."""
    content = b"".join(parts)
    return content[:-_HELD_BACK], content[-_HELD_BACK:]
