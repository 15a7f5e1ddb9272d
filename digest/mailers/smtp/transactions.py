"""The open transactions on one connection, and the receipt that each of them ends with (pure)."""

from collections import deque

from digest.mailers.smtp.message_queue import MessageQueue, QueuedMessage
from digest.mailers.smtp.replies import Reply, Step, parse_reply, refusal_class, refusal_outcome
from digest.model.deliveries import Outcome, Outgoing, Receipt


class Transactions:
    """The messages that were started and are not settled, oldest first.

    Servers reply in the order of the commands (RFC 2920), so it is always the oldest message that is settled.
    `receipts` collects the results until the owner takes them. `needs_reset`: a transaction failed, and the server may
    still hold the rest of it; `closing`: the server sent 421; `has_delivered`: the server accepted a message;
    `starts_none`: no more messages are started, because the server is closing or takes no more on this connection.

    Many servers limit the messages on one connection, and refuse the next MAIL with a temporary code (421, as Exim's
    smtp_accept_max_per_connection; some with 450, 451 or 452). Such a message goes to another connection at once. A
    server that means more than its connection refuses it there as well: as the first one, or again without 421.
    """

    def __init__(self, queue: MessageQueue) -> None:
        self.receipts: list[Receipt] = []
        self.needs_reset = False
        self.closing = False
        self.has_delivered = False
        self.starts_none = False
        self._ended = 0
        self._moved: list[QueuedMessage] = []
        self._queue = queue
        self._messages: deque[QueuedMessage] = deque()

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def oldest(self) -> QueuedMessage:
        """The message whose replies come next."""
        return self._messages[0]

    @property
    def awaits_result(self) -> bool:
        """Whether the end of a message was written, and the server has not replied to it."""
        return any(queued.end_sent for queued in self._messages)

    def start(self, queued: QueuedMessage) -> None:
        """Add a message whose first command is about to be written."""
        self._messages.append(queued)

    def drop_oldest(self) -> None:
        """Forget the oldest message without a receipt."""
        self._messages.popleft()
        self._queue.held -= 1

    def refuse(self, queued: QueuedMessage, step: Step, code: int, lines: list[bytes]) -> None:
        """Note that the server refused a step; the first refusal of a message decides its outcome."""
        if queued.refusal is None:
            queued.refusal = (step, parse_reply(code, lines))
        self.needs_reset = True
        if code == 421:
            self.closing = self.starts_none = True
        if self._is_limit(queued):
            self.starts_none = True
            self.learn_limit()

    def learn_limit(self) -> None:
        """Note that the connection takes no more messages than those that have ended."""
        self._queue.allowance.learn(self._ended)

    def take_moved(self) -> list[QueuedMessage]:
        """The messages that met the limit of this connection, for another one."""
        moved, self._moved = self._moved, []
        return moved

    def _is_limit(self, queued: QueuedMessage) -> bool:
        if queued.refusal is None or not self.has_delivered:
            return False
        step, reply = queued.refusal
        return step is Step.MAIL and reply.code < 500 and (reply.code == 421 or not queued.was_moved)

    def settle(self, queued: QueuedMessage, outcome: Outcome, text: str) -> None:
        """End a message with an outcome that no reply explains."""
        message = queued.message
        self._end(queued, Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text))

    def settle_by_reply(self, queued: QueuedMessage, outcome: Outcome, code: int, lines: list[bytes]) -> None:
        """End a message with the reply that decided its outcome."""
        self.has_delivered = self.has_delivered or outcome is Outcome.SENT
        self._end(queued, _reply_receipt(queued.message, outcome, parse_reply(code, lines)))

    def settle_refusal(self, queued: QueuedMessage) -> None:
        """End a message with its first refusal, or leave it to another connection."""
        assert queued.refusal is not None
        if self._is_limit(queued):
            self._remove(queued)
            self._moved.append(queued.restarted(is_moved=True))
            return
        step, reply = queued.refusal
        receipt = _reply_receipt(queued.message, refusal_outcome(step, reply), reply)
        self._end(queued, receipt._replace(reply_class=refusal_class(step, reply)))

    def settle_lost(self, why: str, *, excused: bool) -> list[QueuedMessage]:
        """End all messages of a lost connection by their phase; returns those that another connection can start.

        The oldest message may be the reason for the loss, so it is deferred instead of restarted, unless `excused`.
        """
        unsent: list[QueuedMessage] = []
        for queued in list(self._messages):
            if queued.refusal is not None:
                self.settle_refusal(queued)
            elif queued.end_sent:
                self.settle(queued, Outcome.UNKNOWN, f"{why} after the end of the message")
            elif excused:
                self._messages.popleft()
                unsent.append(queued)
            else:
                self.settle(queued, Outcome.DEFERRED, why)
            excused = True
        return unsent

    def _end(self, queued: QueuedMessage, receipt: Receipt) -> None:
        self._remove(queued)
        self._ended += 1
        self.receipts.append(receipt)

    def _remove(self, queued: QueuedMessage) -> None:
        self._messages.popleft()
        queued.settled = True
        self._queue.held -= 1


def _reply_receipt(message: Outgoing, outcome: Outcome, reply: Reply) -> Receipt:
    return Receipt(
        delivery_id=message.delivery_id,
        token=message.token,
        outcome=outcome,
        code=reply.code,
        enhanced=reply.enhanced,
        text=reply.safe_text_for(message.recipient),
        queue_id=reply.queue_id if outcome is Outcome.SENT else None,
    )
