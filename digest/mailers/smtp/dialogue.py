"""The transactions on one connection: bytes out, replies in, and each message's phase exactly known (pure).

Replies belong to commands by their order. Whatever else the server says breaks the talk; then each message in flight
is settled by its phase: refused, surely not sent, or (after its last bytes were handed over) unknown.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest import failpoints
from digest.mailers.smtp.replies import Reply, Step, judge, make_reply
from digest.message.wire_format import dot_stuffed
from digest.model.deliveries import Outcome, Outgoing, Receipt

_EARLY = "the server answered before the end of the message"


@dataclass(slots=True, eq=False)
class Parcel:
    """A message on its way: `granted`: its intent is recorded; `taken`: its recipient was accepted; `left`: its last
    bytes were handed over; `settled`: there is a receipt for it; `refusal`: the first step that the server refused.
    """

    message: Outgoing
    dotless: bool = False
    granted: bool = False
    taken: bool = False
    left: bool = False
    settled: bool = False
    refusal: tuple[Step, Reply] | None = None

    def anew(self) -> "Parcel":
        """The same message, to be begun again."""
        return Parcel(self.message, dotless=self.dotless, granted=self.granted)

    def stuffed(self) -> tuple[bytes, ...]:
        """Its parts as DATA carries them."""
        return self.message.parts if self.dotless else (dot_stuffed(self.message.content),)


class Talk(ABC):
    """One connection's transactions; it holds at most `window` messages at once and takes at most `allowance` in all.

    `receipts` are for the owner to take away; `broken` says why the connection is of no more use; once `closing` (the
    server said 421) nothing is begun any more, but answers may still come.
    """

    def __init__(self, *, window: int, allowance: int, takes_size: bool) -> None:
        self.receipts: list[Receipt] = []
        self.broken: str | None = None
        self.closing = False
        self.withdrawn = False
        self.held = 0
        self.ended = False  # for the owner: the end of a message was among what is to be written
        self.window = window
        self._allowance = allowance
        self._takes_size = takes_size
        self._unasked: list[Parcel] = []
        self._queue: deque[Parcel] = deque()
        self._flying: deque[Parcel] = deque()
        self._expected: deque[tuple[Parcel, Step]] = deque()
        self._pouring: Parcel | None = None  # the head of its content was handed over, its end is kept back
        self._dirty = False  # the server may hold the rest of a transaction that failed
        self._excused = False  # what is in flight is not why the talk broke

    @property
    def room(self) -> int:
        """How many more messages it takes now."""
        return 0 if self.closing or self.broken is not None else min(self.window - self.held, self._allowance)

    @property
    def spent(self) -> bool:
        """Whether the connection has had its share of messages."""
        return self._allowance <= 0

    @property
    def in_flight(self) -> int:
        """How many messages are begun and not settled."""
        return len(self._flying)

    @property
    def head(self) -> tuple[Parcel, Step] | None:
        """Whose answer comes next, and at which step; a new object for each command."""
        return self._expected[0] if self._expected else None

    @property
    def pouring(self) -> bool:
        """Whether the end of a message is kept back until what was written is taken."""
        return self._pouring is not None

    def add(self, parcels: Sequence[Parcel]) -> None:
        """Take messages; those without a recorded intent are begun once it is there."""
        self.held += len(parcels)
        self._allowance -= len(parcels)
        for parcel in parcels:
            (self._queue if parcel.granted else self._unasked).append(parcel)

    def asks(self) -> list[Parcel]:
        """Messages whose intents are to be recorded now; each is told once, and `answer` is due for it."""
        asks, self._unasked = self._unasked, []
        return asks

    def answer(self, parcels: Iterable[Parcel], allowed: set[int]) -> None:
        """Learn which of the asked messages may leave; the others are gone, without a receipt."""
        for parcel in parcels:
            if parcel.message.delivery_id in allowed:
                parcel.granted = True
                self._queue.append(parcel)
            else:
                self.held -= 1

    @abstractmethod
    def flight(self) -> list[bytes]:
        """What to write now, given that what was written before has been taken; nothing: an answer is awaited."""

    def take(self, code: int, lines: list[bytes]) -> None:
        """Learn the next whole reply."""
        if self.broken is not None:
            return
        if not self._expected:
            self.broken = f"the server said {code} unasked"
            return
        parcel, step = self._expected.popleft()
        if step is Step.MESSAGE:
            self._verdict(parcel, code, lines)
        elif step is Step.DATA:
            self._data(parcel, code, lines)
        elif step is Step.RSET:
            self._reset(code)
        else:
            self._envelope(parcel, step, code, lines)

    def lost(self, why: str, *, excused: bool = False) -> list[Parcel]:
        """End the talk: settles what is in flight, and returns the messages that another connection may begin.

        The foremost message is to blame, unless something else is (`excused`); the others that surely did not leave
        are begun again.
        """
        back: list[Parcel] = []
        excused = excused or self._excused or self.closing
        for parcel in list(self._flying):
            if parcel.refusal is not None:
                self._settle_refused(parcel)
            elif parcel.left:
                self._settle(parcel, Outcome.UNKNOWN, f"{why} after the end of the message")
            elif excused:
                self._flying.popleft()
                back += self._again(parcel)
            else:
                self._settle(parcel, Outcome.DEFERRED, why)
            excused = True
        back += [*self._queue, *self._unasked]
        self._queue.clear()
        self._unasked.clear()
        self._expected.clear()
        self.broken = self.broken or why
        return back

    def _again(self, parcel: Parcel) -> list[Parcel]:
        return [parcel.anew()]

    def _begin(self, parcel: Parcel) -> bytes:
        """The commands before DATA or BDAT; RSET first where a transaction before this one failed or may fail."""
        self._flying.append(parcel)
        commands = b""
        if self._dirty:
            self._dirty = False
            self._expected.append((parcel, Step.RSET))
            commands = b"RSET\r\n"
        self._expected.append((parcel, Step.MAIL))
        self._expected.append((parcel, Step.RCPT))
        return commands + self._mail(parcel) + self._rcpt(parcel)

    def _leave(self, parcel: Parcel) -> None:
        failpoints.reach("wire.before_end")
        parcel.left = True
        self.ended = True

    def _mail(self, parcel: Parcel) -> bytes:
        failpoints.reach("wire.before_mail")
        size = f" SIZE={parcel.message.size}" if self._takes_size else ""
        return f"MAIL FROM:<{parcel.message.sender}>{size}\r\n".encode("ascii")

    def _rcpt(self, parcel: Parcel) -> bytes:
        return f"RCPT TO:<{parcel.message.recipient}>\r\n".encode("ascii")

    def _reset(self, code: int) -> None:
        if not 200 <= code <= 299:
            self._excused = True
            self.broken = "the server refused RSET"

    def _envelope(self, parcel: Parcel, step: Step, code: int, lines: list[bytes]) -> None:
        if 200 <= code <= 299:
            if step is Step.RCPT:
                parcel.taken = True
        elif code >= 400:
            self._refuse(parcel, step, code, lines)
        else:
            self._lose_place(parcel, step, code, lines)

    @abstractmethod
    def _data(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        """Learn the answer to DATA."""

    def _verdict(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        failpoints.reach("wire.on_reply")
        if parcel is self._pouring:
            self._early(parcel, code, lines)
        elif not (200 <= code <= 299 or code >= 400):
            self._lose_place(parcel, Step.MESSAGE, code, lines)
        elif parcel.refusal is not None and parcel.left and code < 400:
            # It was told no, and then yes: whether anybody gets it is anybody's guess.
            self.broken = "the server accepted a message that it had refused"
            self._settle(parcel, Outcome.UNKNOWN, self.broken)
        elif code < 400 and parcel.refusal is None:
            self._settled(parcel, _answered(parcel.message, Outcome.SENT, make_reply(code, lines)))
        else:
            self._refuse(parcel, Step.MESSAGE, code, lines)
            self._settle_refused(parcel)

    def _early(self, parcel: Parcel, code: int, lines: list[bytes]) -> None:
        self.broken = _EARLY
        if code >= 400:
            self._refuse(parcel, Step.MESSAGE, code, lines)
        if parcel.refusal is not None:
            self._settle_refused(parcel)
        else:
            self._settle(parcel, Outcome.DEFERRED, _EARLY)

    def _refuse(self, parcel: Parcel, step: Step, code: int, lines: list[bytes]) -> None:
        if parcel.refusal is None:
            parcel.refusal = (step, make_reply(code, lines))
        self._dirty = True
        if code == 421:
            self.closing = True

    def _lose_place(self, parcel: Parcel, step: Step, code: int, lines: list[bytes]) -> None:
        self.broken = f"the server said {code} to {step}"
        if parcel.refusal is not None:
            self._settle_refused(parcel)
        else:
            outcome = Outcome.UNKNOWN if parcel.left else Outcome.DEFERRED
            self._settled(parcel, _answered(parcel.message, outcome, make_reply(code, lines)))
        self._excused = True

    def _settle_refused(self, parcel: Parcel) -> None:
        assert parcel.refusal is not None
        step, reply = parcel.refusal
        self._settled(parcel, _answered(parcel.message, judge(step, reply), reply))

    def _settle(self, parcel: Parcel, outcome: Outcome, text: str) -> None:
        message = parcel.message
        self._settled(parcel, Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text))

    def _settled(self, parcel: Parcel, receipt: Receipt) -> None:
        # Answers come in the order of the messages, so it is always the foremost that is settled.
        self._flying.popleft()
        parcel.settled = True
        self.held -= 1
        self.receipts.append(receipt)


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
