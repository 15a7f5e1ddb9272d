"""The three manners of an SMTP transaction, chosen from what EHLO announced (pure)."""

from collections.abc import Iterable, Sequence

from digest import failpoints
from digest.mailers.smtp.dialogue import Dialogue, QueuedMessage
from digest.mailers.smtp.replies import Step

_TAIL = 1000  # octets of a message that are kept back, besides the final dot, until the rest is taken
_WHOLE = 256 * 1024  # a longer message is not handed over in one piece
_FLIGHT = 256 * 1024  # octets after which a flight of several messages departs


def make_talk(*, pipelining: bool, chunking: bool, window: int, allowance: int, takes_size: bool) -> Dialogue:
    """The fastest manner that the server announced; step by step, one message is held, whatever the window."""
    if not pipelining:
        return Sequential(window=1, allowance=allowance, takes_size=takes_size)
    manner = Chunked if chunking else Pipelined
    return manner(window=window, allowance=allowance, takes_size=takes_size)


class Sequential(Dialogue):
    """A command, its answer, the next command; the intent is recorded when all but the message's end has gone."""

    _due = b""
    _asking: QueuedMessage | None = None
    _end = b""

    def add(self, parcels: Sequence[QueuedMessage]) -> None:
        """Take messages; the intent is asked for late."""
        self.held += len(parcels)
        self._allowance -= len(parcels)
        self._queue.extend(parcels)

    def answer(self, parcels: Iterable[QueuedMessage], allowed: set[int]) -> None:
        """Let the end of the message leave, or break off without it."""
        self._asking = None
        for message_ in parcels:
            if message_.message.delivery_id in allowed:
                message_.granted = True
            elif not message_.settled:
                self._flying.popleft()
                self._pouring = None
                self.held -= 1
                self.withdrawn = True
                self.broken = self.broken or "the ledger took the message back"

    def flight(self) -> list[bytes]:
        """The next command, the message but for its end, or its end."""
        if self._due:
            due, self._due = self._due, b""
            return [due]
        if self._pouring is not None:
            return self._ending(self._pouring)
        if self._flying or not self._queue or self.closing:
            return []
        message_ = self._queue.popleft()
        self._flying.append(message_)
        step = Step.RSET if self._dirty else Step.MAIL
        self._dirty = False
        self._expected.append((message_, step))
        return [b"RSET\r\n" if step is Step.RSET else self._mail(message_)]

    def _ending(self, message_: QueuedMessage) -> list[bytes]:
        if not message_.granted:
            if self._asking is None:
                self._asking = message_
                self._unasked.append(message_)
            return []
        self._pouring = None
        self._leave(message_)
        return [self._end]

    def _again(self, message_: QueuedMessage) -> list[QueuedMessage]:
        return [] if message_ is self._asking else super()._again(message_)

    def _reset(self, code: int) -> None:
        super()._reset(code)
        if self.broken is None:
            self._say(Step.MAIL, self._mail(self._flying[0]))

    def _envelope(self, message_: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope(message_, step, code, lines)
        if message_.refusal is not None and not message_.settled:
            self._settle_refused(message_)
        elif self.broken is None and not message_.settled:
            if step is Step.MAIL:
                self._say(Step.RCPT, self._rcpt(message_))
            else:
                self._say(Step.DATA, b"DATA\r\n")

    def _data(self, message_: QueuedMessage, code: int, lines: list[bytes]) -> None:
        if code == 354:
            failpoints.reach("wire.after_envelope")
            most, last = _divided(message_.stuffed())
            self._end = last + b".\r\n"
            self._pouring = message_
            self._say(Step.MESSAGE, most)
        elif code >= 400:
            self._refuse(message_, Step.DATA, code, lines)
            self._settle_refused(message_)
        else:
            self._lose_place(message_, Step.DATA, code, lines)

    def _say(self, step: Step, data: bytes) -> None:
        self._expected.append((self._flying[0], step))
        self._due = data


class Pipelined(Dialogue):
    """The whole envelope in one write, and the next one right behind the dot (RFC 2920)."""

    _begun: QueuedMessage | None = None  # its DATA is not answered yet
    _open: QueuedMessage | None = None  # the server waits for its content
    _tail: bytes = b""

    def flight(self) -> list[bytes]:
        """Content and dot, the next envelope behind it; of a long message first all but its end."""
        if self.closing:
            return []
        parts: list[bytes] = []
        if self._pouring is not None:
            parts += [self._tail, b".\r\n"]
            self._leave(self._pouring)
            self._pouring = None
        elif self._open is not None:
            parts += self._content(self._open)
            self._open = None
        if self._pouring is None and self._begun is None and self._queue:
            self._begun = self._queue.popleft()
            parts.append(self._begin(self._begun) + b"DATA\r\n")
            self._expected.append((self._begun, Step.DATA))
        return parts

    def _content(self, message_: QueuedMessage) -> list[bytes]:
        self._expected.append((message_, Step.MESSAGE))
        if message_.refusal is not None:
            return [b".\r\n"]  # nobody is to get it, and the server wants to see an end (RFC 2920, 3.1)
        parts = message_.stuffed()
        if message_.message.size > _WHOLE:
            self._pouring = message_
            most, self._tail = _divided(parts)
            return [most]
        self._leave(message_)
        return [*parts, b".\r\n"]

    def _data(self, message_: QueuedMessage, code: int, lines: list[bytes]) -> None:
        self._begun = None
        if code == 354 and not (message_.taken and message_.refusal is not None):
            failpoints.reach("wire.after_envelope")
            self._open = message_
        elif code >= 400:
            self._refuse(message_, Step.DATA, code, lines)
            self._settle_refused(message_)
        else:
            self._lose_place(message_, Step.DATA, code, lines)


class Chunked(Dialogue):
    """Envelope and message in one flight, several messages in flight (RFC 3030, with PIPELINING)."""

    _tail = b""

    def flight(self) -> list[bytes]:
        """As many whole messages as wait; of a long one first all but its end.

        Behind a message that is not answered yet stands RSET: were its recipient refused, the next MAIL would be one
        too many, and the next message might go out in the name of this one.
        """
        if self.closing:
            return []
        parts: list[bytes] = []
        size = 0
        if self._pouring is not None:
            parts.append(self._tail)
            self._leave(self._pouring)
            self._pouring = None
        while self._queue and self._pouring is None and size < _FLIGHT:
            self._dirty = self._dirty or bool(self._flying)
            message_ = self._queue.popleft()
            parts += self._transaction(message_)
            size += message_.message.size
        return parts

    def _transaction(self, message_: QueuedMessage) -> list[bytes]:
        size = message_.message.size
        commands = self._begin(message_) + b"BDAT %d LAST\r\n" % size
        self._expected.append((message_, Step.MESSAGE))
        if size > _WHOLE:
            self._pouring = message_
            most, self._tail = _divided(message_.message.parts)
            return [commands, most]
        self._leave(message_)
        return [commands, *message_.message.parts]

    def _envelope(self, message_: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope(message_, step, code, lines)
        if message_.taken:
            failpoints.reach("wire.after_envelope")

    def _data(self, message_: QueuedMessage, code: int, lines: list[bytes]) -> None:
        raise AssertionError("no DATA is said here")


def _divided(parts: Iterable[bytes]) -> tuple[bytes, bytes]:
    """A message without its last octets, and these."""
    content = b"".join(parts)
    return content[:-_TAIL], content[-_TAIL:]
