"""The SMTP transactions on one connection: commands, replies, and the exact phase of each message (pure).

Replies are matched to commands by their order. Any other reply breaks the dialogue, and each message in flight is then
settled by its phase: refused, surely not sent, or (after its last bytes were written) unknown.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable

from digest import failpoints
from digest.mailers.smtp.allowance import Allowance
from digest.mailers.smtp.message_queue import MessageQueue, QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.transactions import Transactions
from digest.model.deliveries import Outcome, Outgoing

_EARLY_REPLY = "the server replied before the end of the message"


class Dialogue(ABC):
    """The transactions of one connection, in one of the modes of `dialogue_modes`.

    `broken` says why the connection cannot be used any more; `withdrawn`: it was broken because the ledger did not
    permit the end of a message; `end_written`: the last flight held the end of a message (the owner resets it).
    """

    def __init__(self, *, window: int, allowance: Allowance, takes_size: bool, late_intents: bool = False) -> None:
        self.queue = MessageQueue(window=window, allowance=allowance, late_intents=late_intents)
        self.transactions = Transactions(self.queue)
        self.broken: str | None = None
        self.withdrawn = False
        self.end_written = False
        self._takes_size = takes_size
        self._expected: deque[tuple[QueuedMessage, Step]] = deque()
        self._unfinished: QueuedMessage | None = None  # all of it was written but its end
        self._excused = False  # the dialogue broke for another reason than a message in flight

    @property
    def room(self) -> int:
        """How many more messages it accepts now."""
        return 0 if self.transactions.starts_none or self.broken is not None else self.queue.room

    @property
    def is_over(self) -> bool:
        """Whether the server ends the connection, or refuses it more messages, and no reply is awaited."""
        transactions = self.transactions
        return transactions.starts_none and self.awaited is None and (transactions.closing or not transactions)

    @property
    def awaited(self) -> tuple[QueuedMessage, Step] | None:
        """The message and the step whose reply comes next; a new object for each command."""
        return self._expected[0] if self._expected else None

    @property
    def is_transferring(self) -> bool:
        """Whether the end of a message is held back until the server has read what was written."""
        return self._unfinished is not None

    def answer_intents(self, requests: Iterable[QueuedMessage], allowed: set[int]) -> None:
        """Learn which of the requested messages may be finished; the others are dropped without a receipt."""
        self.queue.answer(requests, allowed)

    @abstractmethod
    def next_flight(self) -> list[bytes]:
        """The bytes to write once the server has read all earlier ones; empty while a reply is awaited."""

    def take_reply(self, code: int, lines: list[bytes]) -> None:
        """Process the next whole reply."""
        if self.broken is not None:
            return
        if not self._expected:
            self.broken = f"unexpected reply {code} from the server"
            return
        queued, step = self._expected.popleft()
        if step is Step.MESSAGE:
            self._message_answered(queued, code, lines)
        elif step is Step.DATA:
            self._data_answered(queued, code, lines)
        elif step is Step.RSET:
            self._reset_answered(code)
        else:
            self._envelope_answered(queued, step, code, lines)

    def lose(self, why: str, *, excused: bool = False) -> list[QueuedMessage]:
        """End the dialogue: settle what is in flight, and return the messages that another connection can start.

        `excused`: no message in flight is the reason.
        """
        excused = excused or self._excused or self.transactions.closing
        if not excused and self._was_not_begun():
            self.transactions.learn_limit()
            excused = True
        unsent = self.transactions.settle_lost(why, excused=excused)
        back = self.transactions.take_moved()
        back += [queued.restarted() for queued in unsent if self._can_restart(queued)]
        back += self.queue.clear()
        self._expected.clear()
        self.broken = self.broken or why
        return back

    def _was_not_begun(self) -> bool:
        """Whether the server accepted earlier messages and replied nothing to the next one."""
        awaits_first_reply = bool(self._expected) and self._expected[0][1] in {Step.RSET, Step.MAIL}
        return awaits_first_reply and self.transactions.has_delivered

    def _can_restart(self, _queued: QueuedMessage) -> bool:
        return True

    def _start(self, queued: QueuedMessage) -> bytes:
        """The commands before DATA or BDAT; RSET first where a transaction before this one failed or may fail."""
        transactions = self.transactions
        transactions.start(queued)
        commands = b""
        if transactions.needs_reset:
            transactions.needs_reset = False
            self._expected.append((queued, Step.RSET))
            commands = b"RSET\r\n"
        self._expected.append((queued, Step.MAIL))
        self._expected.append((queued, Step.RCPT))
        return commands + mail_command(queued.message, with_size=self._takes_size) + rcpt_command(queued.message)

    def _mark_end_written(self, queued: QueuedMessage) -> None:
        failpoints.reach("wire.before_end")
        queued.end_sent = True
        self.end_written = True

    def _reset_answered(self, code: int) -> None:
        if not 200 <= code <= 299:
            self._excused = True
            self.broken = "the server refused RSET"

    def _envelope_answered(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        if 200 <= code <= 299:
            if step is Step.RCPT:
                queued.recipient_accepted = True
        elif code >= 400:
            self.transactions.refuse(queued, step, code, lines)
        else:
            self._break_off(queued, step, code, lines)

    @abstractmethod
    def _data_answered(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        """Process the reply to DATA."""

    def _data_refused(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        """Process a reply to DATA with which the server does not wait for the content."""
        if code >= 400:
            self.transactions.refuse(queued, Step.DATA, code, lines)
            self.transactions.settle_refusal(queued)
        else:
            self._break_off(queued, Step.DATA, code, lines)

    def _message_answered(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        failpoints.reach("wire.on_reply")
        if queued is self._unfinished:
            self._answered_early(queued, code, lines)
        elif not (200 <= code <= 299 or code >= 400):
            self._break_off(queued, Step.MESSAGE, code, lines)
        elif queued.refusal is not None and queued.end_sent and code < 400:
            # The server refused the envelope and accepted the message: whether it will be delivered is unknown.
            self.broken = "the server accepted a message that it had refused"
            self.transactions.settle(queued, Outcome.UNKNOWN, self.broken)
        elif code < 400 and queued.refusal is None:
            self.transactions.settle_by_reply(queued, Outcome.SENT, code, lines)
        else:
            self.transactions.refuse(queued, Step.MESSAGE, code, lines)
            self.transactions.settle_refusal(queued)

    def _answered_early(self, queued: QueuedMessage, code: int, lines: list[bytes]) -> None:
        self.broken = _EARLY_REPLY
        if code >= 400:
            self.transactions.refuse(queued, Step.MESSAGE, code, lines)
        if queued.refusal is not None:
            self.transactions.settle_refusal(queued)
        else:
            self.transactions.settle(queued, Outcome.DEFERRED, _EARLY_REPLY)

    def _break_off(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        """End the dialogue after a reply that its command cannot have."""
        self.broken = f"unexpected reply {code} to {step}"
        if queued.refusal is not None:
            self.transactions.settle_refusal(queued)
        else:
            outcome = Outcome.UNKNOWN if queued.end_sent else Outcome.DEFERRED
            self.transactions.settle_by_reply(queued, outcome, code, lines)
        self._excused = True


def mail_command(message: Outgoing, *, with_size: bool) -> bytes:
    """The MAIL command of a message, with its size where the server announced SIZE (RFC 1870)."""
    failpoints.reach("wire.before_mail")
    size = f" SIZE={message.size}" if with_size else ""
    return f"MAIL FROM:<{message.sender}>{size}\r\n".encode("ascii")


def rcpt_command(message: Outgoing) -> bytes:
    """The RCPT command of a message's only recipient."""
    return f"RCPT TO:<{message.recipient}>\r\n".encode("ascii")
