"""The three manners of an SMTP transaction, chosen from what EHLO announced (pure)."""

from collections.abc import Iterable, Sequence

from digest import failpoints
from digest.mailers.smtp.dialogue import Parcel, Talk
from digest.mailers.smtp.replies import Step

_TAIL = 1000  # octets of a message that are kept back, besides the final dot, until the rest is taken
_WHOLE = 256 * 1024  # a longer message is not handed over in one piece
_FLIGHT = 256 * 1024  # octets after which a flight of several messages departs


def make_talk(*, pipelining: bool, chunking: bool, window: int, allowance: int, takes_size: bool) -> Talk:
    """The fastest manner that the server announced; step by step, one message is held, whatever the window."""
    if not pipelining:
        return StepByStep(window=1, allowance=allowance, takes_size=takes_size)
    manner = Chunked if chunking else Pipelined
    return manner(window=window, allowance=allowance, takes_size=takes_size)


class StepByStep(Talk):
    """A command, its answer, the next command; the intent is recorded when all but the message's end has gone."""

    _due = b""
    _asking: Parcel | None = None
    _end = b""

    def add(self, parcels: Sequence[Parcel]) -> None:
        """Take messages; the intent is asked for late."""
        self.held += len(parcels)
        self._allowance -= len(parcels)
        self._queue.extend(parcels)

    def answer(self, parcels: Iterable[Parcel], allowed: set[int]) -> None:
        """Let the end of the message leave, or break off without it."""
        self._asking = None
        for parcel in parcels:
            if parcel.message.delivery_id in allowed:
                parcel.granted = True
            elif not parcel.settled:
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
        parcel = self._queue.popleft()
        self._flying.append(parcel)
        step = Step.RSET if self._dirty else Step.MAIL
        self._dirty = False
        self._expected.append((parcel, step))
        return [b"RSET\r\n" if step is Step.RSET else self._mail(parcel)]

    def _ending(self, parcel: Parcel) -> list[bytes]:
        if not parcel.granted:
            if self._asking is None:
                self._asking = parcel
                self._unasked.append(parcel)
            return []
        self._pouring = None
        self._leave(parcel)
        return [self._end]

    def _again(self, parcel: Parcel) -> list[Parcel]:
        return [] if parcel is self._asking else super()._again(parcel)

    def _reset(self, code: int) -> None:
        super()._reset(code)
        if self.broken is None:
            self._say(Step.MAIL, self._mail(self._flying[0]))

    def _envelope(self, parcel: Parcel, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope(parcel, step, code, lines)
        if parcel.refusal is not None and not parcel.settled:
            self._settle_refused(parcel)
        elif self.broken is None and not parcel.settled:
            if step is Step.MAIL:
                self._say(Step.RCPT, self._rcpt(parcel))
            else:
                self._say(Step.DATA, b"DATA\r\n")

    def _data(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        if code == 354:
            failpoints.reach("wire.after_envelope")
            most, last = _divided(parcel.stuffed())
            self._end = last + b".\r\n"
            self._pouring = parcel
            self._say(Step.MESSAGE, most)
        elif code >= 400:
            self._refuse(parcel, Step.DATA, code, lines)
            self._settle_refused(parcel)
        else:
            self._lose_place(parcel, Step.DATA, code, lines)

    def _say(self, step: Step, data: bytes) -> None:
        self._expected.append((self._flying[0], step))
        self._due = data


class Pipelined(Talk):
    """The whole envelope in one write, and the next one right behind the dot (RFC 2920)."""

    _begun: Parcel | None = None  # its DATA is not answered yet
    _open: Parcel | None = None  # the server waits for its content
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

    def _content(self, parcel: Parcel) -> list[bytes]:
        self._expected.append((parcel, Step.MESSAGE))
        if parcel.refusal is not None:
            return [b".\r\n"]  # nobody is to get it, and the server wants to see an end (RFC 2920, 3.1)
        parts = parcel.stuffed()
        if parcel.message.size > _WHOLE:
            self._pouring = parcel
            most, self._tail = _divided(parts)
            return [most]
        self._leave(parcel)
        return [*parts, b".\r\n"]

    def _data(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        self._begun = None
        if code == 354 and not (parcel.taken and parcel.refusal is not None):
            failpoints.reach("wire.after_envelope")
            self._open = parcel
        elif code >= 400:
            self._refuse(parcel, Step.DATA, code, lines)
            self._settle_refused(parcel)
        else:
            self._lose_place(parcel, Step.DATA, code, lines)


class Chunked(Talk):
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
            parcel = self._queue.popleft()
            parts += self._transaction(parcel)
            size += parcel.message.size
        return parts

    def _transaction(self, parcel: Parcel) -> list[bytes]:
        size = parcel.message.size
        commands = self._begin(parcel) + b"BDAT %d LAST\r\n" % size
        self._expected.append((parcel, Step.MESSAGE))
        if size > _WHOLE:
            self._pouring = parcel
            most, self._tail = _divided(parcel.message.parts)
            return [commands, most]
        self._leave(parcel)
        return [commands, *parcel.message.parts]

    def _envelope(self, parcel: Parcel, step: Step, code: int, lines: list[bytes]) -> None:
        super()._envelope(parcel, step, code, lines)
        if parcel.taken:
            failpoints.reach("wire.after_envelope")

    def _data(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        raise AssertionError("no DATA is said here")


def _divided(parts: Iterable[bytes]) -> tuple[bytes, bytes]:
    """A message without its last octets, and these."""
    content = b"".join(parts)
    return content[:-_TAIL], content[-_TAIL:]
