"""The receipts of transactions: what each has of the reply that decided it, and what a lost connection leaves."""

import pytest

from digest.mailers.smtp.allowance import Allowance
from digest.mailers.smtp.message_queue import MessageQueue, QueuedMessage
from digest.mailers.smtp.replies import Step
from digest.mailers.smtp.transactions import Transactions
from digest.model.deliveries import Outcome, Receipt, ReplyClass
from tests.support.mailing import outgoing


def started(number: int) -> tuple[Transactions, list[QueuedMessage]]:
    """Transactions with this number of messages, which their queue holds."""
    queue = MessageQueue(window=number, allowance=Allowance(100), late_intents=True)
    queue.add([QueuedMessage(outgoing(one)) for one in range(1, number + 1)])
    transactions, messages = Transactions(queue), [queue.next_ready() for _ in range(number)]
    for queued in messages:
        transactions.start(queued)
    return transactions, messages


def held(transactions: Transactions) -> tuple[int, int]:
    """How many messages the transactions and their queue hold."""
    return len(transactions), transactions._queue.held


def test_transactions_accepted_message_has_the_whole_reply() -> None:
    """Its code, enhanced code, text and queue id, with the message's own id and token."""
    transactions, (first, second) = started(2)
    assert transactions.oldest is first
    transactions.settle_by_reply(first, Outcome.SENT, 250, [b"2.0.0 Ok: queued as 4F3X"])
    assert transactions.receipts == [
        Receipt(
            delivery_id=1,
            token="token-1",
            outcome=Outcome.SENT,
            code=250,
            enhanced="2.0.0",
            text="Ok: queued as 4F3X",
            queue_id="4F3X",
        )
    ]
    assert (first.settled, second.settled, transactions.oldest) == (True, False, second)
    assert held(transactions) == (1, 1)
    assert (transactions.needs_reset, transactions.closing) == (False, False)


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.DEFERRED])
def test_transactions_message_that_was_not_accepted_has_no_queue_id(outcome: Outcome) -> None:
    """Whatever the reply says."""
    transactions, (first,) = started(1)
    transactions.settle_by_reply(first, outcome, 354, [b"queued as 4F3X"])
    (receipt,) = transactions.receipts
    assert (receipt.outcome, receipt.code, receipt.text, receipt.queue_id) == (outcome, 354, "queued as 4F3X", None)


@pytest.mark.parametrize(
    ("step", "code", "enhanced", "outcome", "expected"),
    [
        (Step.MAIL, 550, "5.1.1", Outcome.REFUSED, None),
        (Step.RCPT, 550, "5.1.1", Outcome.BOUNCED, ReplyClass.HARD),
        (Step.RCPT, 450, "4.2.0", Outcome.DEFERRED, ReplyClass.SOFT),
        (Step.DATA, 550, "5.1.1", Outcome.BOUNCED, ReplyClass.HARD),
        (Step.MESSAGE, 421, "4.3.2", Outcome.DEFERRED, ReplyClass.SOFT),
    ],
)
def test_transactions_first_refusal_decides(
    step: Step, code: int, enhanced: str, outcome: Outcome, expected: ReplyClass | None
) -> None:
    """Later ones of the same message change nothing but that a reset is needed; 421 ends the connection."""
    transactions, (first, second) = started(2)
    transactions.refuse(first, step, code, [f"{enhanced} user reader1 is not here".encode()])
    transactions.refuse(first, Step.MESSAGE, 554, [b"5.5.1 no valid recipients"])
    assert not first.settled
    transactions.settle_refusal(first)
    (receipt,) = transactions.receipts
    assert (receipt.delivery_id, receipt.token, receipt.outcome) == (1, "token-1", outcome)
    assert (receipt.code, receipt.enhanced, receipt.reply_class) == (code, enhanced, expected)
    assert receipt.text.startswith("user ")
    assert "reader1" not in receipt.text
    assert receipt.queue_id is None
    assert (transactions.needs_reset, transactions.closing) == (True, code == 421)
    assert (first.settled, second.refusal, held(transactions)) == (True, None, (1, 1))


def test_transactions_dropped_message_has_no_receipt() -> None:
    """The ledger withdrew it."""
    transactions, (_first, second) = started(2)
    transactions.drop_oldest()
    assert (transactions.oldest, transactions.receipts, held(transactions)) == (second, [], (1, 1))


@pytest.mark.parametrize("excused", [False, True])
def test_transactions_lost_connection_ends_each_message_by_its_phase(*, excused: bool) -> None:
    """Refused: its reply; the end was written: unknown; else the oldest is deferred unless excused, others restart."""
    for phase in ("refused", "ended", "begun"):
        transactions, messages = started(4)
        if phase == "refused":
            transactions.refuse(messages[0], Step.RCPT, 550, [b"5.1.1 nobody"])
        messages[0].end_sent = phase == "ended"
        messages[1].end_sent = True
        back = transactions.settle_lost("connection lost", excused=excused)
        receipts = [(one.delivery_id, one.outcome, one.code, one.text) for one in transactions.receipts]
        after_end = "connection lost after the end of the message"
        firsts: dict[str, list[tuple[int, Outcome, int | None, str]]] = {
            "refused": [(1, Outcome.BOUNCED, 550, "nobody")],
            "ended": [(1, Outcome.UNKNOWN, None, after_end)],
            "begun": [] if excused else [(1, Outcome.DEFERRED, None, "connection lost")],
        }
        first = firsts[phase]
        assert receipts == [*first, (2, Outcome.UNKNOWN, None, after_end)]
        assert back == [*([] if first else messages[:1]), *messages[2:]]
        assert held(transactions) == (0, len(back))
        assert [queued.settled for queued in messages] == [queued not in back for queued in messages]
