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
class QueuedMessage:
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

    def anew(self) -> "QueuedMessage":
        """The same message, to be begun again."""
        return QueuedMessage(self.message, dotless=self.dotless, granted=self.granted)

    def stuffed(self) -> tuple[bytes, ...]:
        """Its parts as DATA carries them."""
        return self.message.parts if self.dotless else (dot_stuffed(self.message.content),)


class Dialogue(ABC):
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
        self._unasked: list[QueuedMessage] = []
        self._queue: deque[QueuedMessage] = deque()
        self._flying: deque[QueuedMessage] = deque()
        self._expected: deque[tuple[QueuedMessage, Step]] = deque()
        self._pouring: QueuedMessage | None = None  # the head of its content was handed over, its end is kept back
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
    def head(self) -> tuple[QueuedMessage, Step] | None:
        """Whose answer comes next, and at which step; a new object for each command."""
        return self._expected[0] if self._expected else None

    @property
    def pouring(self) -> bool:
        """Whether the end of a message is kept back until what was written is taken."""
        return self._pouring is not None

    def add(self, parcels: Sequence[QueuedMessage]) -> None:
        """Take messages; those without a recorded intent are begun once it is there."""
        self.held += len(parcels)
        self._allowance -= len(parcels)
        for queued in parcels:
            (self._queue if queued.granted else self._unasked).append(queued)

    def asks(self) -> list[QueuedMessage]:
        """Messages whose intents are to be recorded now; each is told once, and `answer` is due for it."""
        asks, self._unasked = self._unasked, []
        return asks

    def answer(self, parcels: Iterable[QueuedMessage], allowed: set[int]) -> None:
        """Learn which of the asked messages may leave; the others are gone, without a receipt."""
        for queued in parcels:
            if queued.message.delivery_id in allowed:
                queued.granted = True
                self._queue.append(queued)
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
        queued, step = self._expected.popleft()
        if step is Step.MESSAGE:
            self._verdict(queued, code, lines)
        elif step is Step.DATA:
            self._data(queued, code, lines)
        elif step is Step.RSET:
            self._reset(code)
        else:
            self._envelope(queued, step, code, lines)

    def lost(self, why: str, *, excused: bool = False) -> list[QueuedMessage]:
        """End the talk: settles what is in flight, and returns the messages that another connection may begin.

        The foremost message is to blame, unless something else is (`excused`); the others that surely did not leave
        are begun again.
        """
        back: list[QueuedMessage] = []
        excused = excused or self._excused or self.closing
        for queued in list(self._flying):
            if queued.refusal is not None:
                self._settle_refused(queued)
            elif queued.left:
                self._settle(queued, Outcome.UNKNOWN, f"{why} after the end of the message")
            elif excused:
                self._flying.popleft()
                back += self._again(queued)
            else:
                self._settle(queued, Outcome.DEFERRED, why)
            excused = True
        back += [*self._queue, *self._unasked]
        self._queue.clear()
        self._unasked.clear()
        self._expected.clear()
        self.broken = self.broken or why
        return back

    def _again(self, queued: QueuedMessage) -> list[QueuedMessage]:
        return [queued.anew()]

    def _begin(self, queued: QueuedMessage) -> bytes:
        """The commands before DATA or BDAT; RSET first where a transaction before this one failed or may fail."""
        self._flying.append(queued)
        commands = b""
        if self._dirty:
            self._dirty = False
            self._expected.append((queued, Step.RSET))
            commands = b"RSET\r\n"
        self._expected.append((queued, Step.MAIL))
        self._expected.append((queued, Step.RCPT))
        return commands + self._mail(queued) + self._rcpt(queued)

    def _leave(self, queued: QueuedMessage) -> None:
        failpoints.reach("wire.before_end")
        queued.left = True
        self.ended = True

    def _mail(self, queued: QueuedMessage) -> bytes:
        failpoints.reach("wire.before_mail")
        size = f" SIZE={queued.message.size}" if self._takes_size else ""
        return f"MAIL FROM:<{queued.message.sender}>{size}\r\n".encode("ascii")

    def _rcpt(self, queued: QueuedMessage) -> bytes:
        return f"RCPT TO:<{queued.message.recipient}>\r\n".encode("ascii")

    def _reset(self, code: int) -> None:
        if not 200 <= code <= 299:
            self._excused = True
            self.broken = "the server refused RSET"

    def _envelope(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        if 200 <= code <= 299:
            if step is Step.RCPT:
                queued.taken = True
        elif code >= 400:
            self._refuse(queued, step, code, lines)
        else:
            self._lose_place(queued, step, code, lines)

    @abstractmethod
    def _data(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        """Learn the answer to DATA."""

    def _verdict(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        failpoints.reach("wire.on_reply")
        if queued is self._pouring:
            self._early(queued, code, lines)
        elif not (200 <= code <= 299 or code >= 400):
            self._lose_place(queued, Step.MESSAGE, code, lines)
        elif queued.refusal is not None and queued.left and code < 400:
            # It was told no, and then yes: whether anybody gets it is anybody's guess.
            self.broken = "the server accepted a message that it had refused"
            self._settle(queued, Outcome.UNKNOWN, self.broken)
        elif code < 400 and queued.refusal is None:
            self._settled(queued, _answered(queued.message, Outcome.SENT, make_reply(code, lines)))
        else:
            self._refuse(queued, Step.MESSAGE, code, lines)
            self._settle_refused(queued)

    def _early(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        self.broken = _EARLY
        if code >= 400:
            self._refuse(queued, Step.MESSAGE, code, lines)
        if queued.refusal is not None:
            self._settle_refused(queued)
        else:
            self._settle(queued, Outcome.DEFERRED, _EARLY)

    def _refuse(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        if queued.refusal is None:
            queued.refusal = (step, make_reply(code, lines))
        self._dirty = True
        if code == 421:
            self.closing = True

    def _lose_place(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        self.broken = f"the server said {code} to {step}"
        if queued.refusal is not None:
            self._settle_refused(queued)
        else:
            outcome = Outcome.UNKNOWN if queued.left else Outcome.DEFERRED
            self._settled(queued, _answered(queued.message, outcome, make_reply(code, lines)))
        self._excused = True

    def _settle_refused(self, queued: QueuedMessage) -> None:
        assert queued.refusal is not None
        step, reply = queued.refusal
        self._settled(queued, _answered(queued.message, judge(step, reply), reply))

    def _settle(self, queued: QueuedMessage, outcome: Outcome, text: str) -> None:
        message = queued.message
        self._settled(queued, Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text))

    def _settled(self, queued: QueuedMessage, receipt: Receipt) -> None:
        # Answers come in the order of the messages, so it is always the foremost that is settled.
        self._flying.popleft()
        queued.settled = True
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
