"""The messages that one connection holds, and the receipts that each transaction ends with."""

import pytest

from digest.mailers.smtp.allowance import Allowance
from digest.mailers.smtp.message_queue import MessageQueue, QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.transactions import Transactions
from digest.model.deliveries import Outcome
from tests.support.mailing import outgoing


def messages(number: int) -> list[QueuedMessage]:
    """That many messages that have not been started."""
    return [QueuedMessage(outgoing(place)) for place in range(1, number + 1)]


def queue_of(window: int = 4, allowance: int = 100, *, late: bool = False) -> MessageQueue:
    """An empty queue."""
    return MessageQueue(window=window, allowance=Allowance(allowance), late_intents=late)


def test_queue_room_is_the_smaller_of_window_and_allowance() -> None:
    """What it holds counts against the window, what it ever held against the allowance."""
    queue = queue_of(window=4, allowance=5)
    assert (queue.room, queue.is_exhausted) == (4, False)
    queue.add(messages(3))
    assert (queue.room, queue.held) == (1, 3)
    queue.held -= 3
    assert queue.room == 2
    queue.add(messages(1))
    assert (queue.room, queue.is_exhausted) == (1, False)
    queue.add(messages(1))
    assert (queue.room, queue.is_exhausted) == (0, True)


@pytest.mark.parametrize(("window", "least"), [(1, 1), (2, 1), (3, 1), (4, 2), (8, 2), (12, 3), (16, 4)])
def test_queue_takes_no_fewer_than_a_quarter_or_half_of_a_small_window(window: int, least: int) -> None:
    """So that each supply, which has a fixed cost, brings some messages."""
    assert queue_of(window=window).least_supply == least


def test_queue_with_a_small_allowance_takes_the_rest_of_it_in_the_end() -> None:
    """Once less is held, the last message of the connection is enough."""
    queue = queue_of(window=4, allowance=4)
    queue.add(messages(3))
    assert (queue.room, queue.least_supply) == (1, 2)
    queue.held -= 3
    assert (queue.room, queue.least_supply) == (1, 1)


def test_queue_message_is_ready_once_its_intent_is_recorded() -> None:
    """The others are requested once; a refused one gives its room back."""
    queue = queue_of()
    first, second, known = messages(3)
    known.intent_recorded = True
    queue.add([first, second, known])
    assert (queue.has_ready, queue.next_ready() is known, queue.has_ready) == (True, True, False)
    assert queue.take_requests() == [first, second]
    assert queue.take_requests() == []
    queue.answer([first, second], {2})
    assert (queue.held, first.intent_recorded, second.intent_recorded) == (2, False, True)
    assert queue.next_ready() is second


def test_queue_with_late_intents_is_ready_at_once() -> None:
    """The intent is requested while the message is in flight."""
    queue = queue_of(late=True)
    (one,) = messages(1)
    queue.add([one])
    assert queue.take_requests() == []
    assert queue.next_ready() is one
    queue.request_intent(one)
    assert queue.take_requests() == [one]


def test_queue_clear_returns_all_that_was_not_started() -> None:
    """Ready or requested, each once."""
    queue = queue_of()
    waiting, ready = messages(2)
    ready.intent_recorded = True
    queue.add([waiting, ready])
    assert queue.clear() == [ready, waiting]
    assert queue.clear() == []
    assert not queue.has_ready


def test_queued_message_restarted_keeps_its_intent_only() -> None:
    """What happened on one connection says nothing about the next; dots are where they were."""
    queued = QueuedMessage(outgoing(1), has_dots=False, intent_recorded=True, recipient_accepted=True, end_sent=True)
    again = queued.restarted()
    assert (again.message, again.has_dots, again.intent_recorded) == (queued.message, False, True)
    assert (again.recipient_accepted, again.end_sent, again.settled, again.refusal) == (False, False, False, None)


def test_queued_message_dots_are_doubled_where_there_are_any() -> None:
    """Parts without dots are sent as they are."""
    dotted = outgoing(1, b".\r\n")
    assert QueuedMessage(dotted).data_parts() == QueuedMessage(dotted, has_dots=True).data_parts()
    assert b"".join(QueuedMessage(dotted, has_dots=True).data_parts()).endswith(b"\r\n..\r\n")
    assert QueuedMessage(dotted, has_dots=False).data_parts() == dotted.parts


class TestTransactions:
    """The oldest message first."""

    @staticmethod
    def started(number: int) -> tuple[Transactions, list[QueuedMessage], MessageQueue]:
        """Transactions of that many messages."""
        queue = queue_of(window=number)
        transactions, queued = Transactions(queue), messages(number)
        queue.add(queued)
        for one in queued:
            transactions.start(one)
        return transactions, queued, queue

    def test_transactions_first_refusal_decides(self) -> None:
        """The refused RCPT, not the 503 behind it; then the server may hold the rest of the transaction."""
        transactions, (one,), queue = self.started(1)
        transactions.refuse(one, Step.RCPT, 550, [b"5.1.1 no"])
        transactions.refuse(one, Step.DATA, 503, [b"5.5.1 no recipients"])
        assert (transactions.needs_reset, transactions.closing) == (True, False)
        transactions.settle_refusal(one)
        (receipt,) = transactions.receipts
        assert (receipt.outcome, receipt.code, receipt.enhanced) == (Outcome.BOUNCED, 550, "5.1.1")
        assert (len(transactions), queue.held, one.settled) == (0, 0, True)

    @pytest.mark.parametrize(("code", "closing"), [(420, False), (421, True), (422, False), (521, False)])
    def test_transactions_421_closes_the_connection(self, code: int, closing: bool) -> None:
        """No other code does."""
        transactions, (one,), _queue = self.started(1)
        transactions.refuse(one, Step.MAIL, code, [b"no"])
        assert transactions.closing is closing

    @pytest.mark.parametrize("excused", [False, True])
    def test_transactions_lost_settles_each_by_its_phase(self, excused: bool) -> None:
        """Refused, unknown once the end was sent, restarted; the oldest may be the reason, unless it is excused."""
        transactions, queued, _queue = self.started(4)
        queued[1].end_sent = True
        transactions.refuse(queued[2], Step.RCPT, 550, [b"no"])
        unsent = transactions.settle_lost("connection lost", excused=excused)
        assert unsent == ([queued[0], queued[3]] if excused else [queued[3]])
        found = {receipt.delivery_id: (receipt.outcome, receipt.text) for receipt in transactions.receipts}
        assert found == {
            **({} if excused else {1: (Outcome.DEFERRED, "connection lost")}),
            2: (Outcome.UNKNOWN, "connection lost after the end of the message"),
            3: (Outcome.BOUNCED, "no"),
        }
        assert len(transactions) == 0

    def test_transactions_queue_id_is_stored_for_sent_messages_only(self) -> None:
        """An id in a refusal is not one of a message that the server took."""
        transactions, (one, two), _queue = self.started(2)
        transactions.settle_by_reply(one, Outcome.SENT, 250, [b"2.0.0 queued as ABC123"])
        transactions.settle_by_reply(two, Outcome.BOUNCED, 550, [b"5.0.0 queued as ABC124"])
        assert [receipt.queue_id for receipt in transactions.receipts] == ["ABC123", None]

    def test_transactions_drop_oldest_leaves_no_receipt(self) -> None:
        """The ledger withdrew it, and knows more than the connection."""
        transactions, (_one, two), queue = self.started(2)
        transactions.drop_oldest()
        assert (transactions.receipts, transactions.oldest, queue.held) == ([], two, 1)
