"""Group commit: the intents of several sessions are written in one transaction."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from digest.errors import StoreError
from digest.mailers.smtp import group_commit
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal
from tests.support.mailing import RecordingJournal, outgoing


def committer_of(journal: Journal, capacity: int = 1) -> GroupCommitter:
    """A committer whose failure nobody hears of."""
    return GroupCommitter(journal, lambda _error: None, lambda: capacity)


def test_group_committer_third_of_capacity_starts_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two intents of a capacity of nine wait; with the third, all are written as one group."""
    monkeypatch.setattr(group_commit, "_MAX_WAIT", 600)
    journal = RecordingJournal()

    async def work() -> None:
        committer = committer_of(journal, capacity=9)
        granted = asyncio.Event()
        committer.record_intents([QueuedMessage(outgoing(1))], lambda _requests, _allowed: None)
        committer.record_intents([QueuedMessage(outgoing(2))], lambda _requests, _allowed: None)
        await asyncio.sleep(0.05)
        assert journal.intended == []
        committer.record_intents([QueuedMessage(outgoing(3))], lambda _requests, _allowed: granted.set())
        await asyncio.wait_for(granted.wait(), 10)
        assert await committer.close() is None

    asyncio.run(work())
    assert journal.intended == [{1, 2, 3}]


def test_group_committer_small_group_is_written_after_the_longest_wait() -> None:
    """A group that does not grow is written nevertheless."""
    journal = RecordingJournal()

    async def work() -> None:
        committer = committer_of(journal, capacity=1000)
        granted = asyncio.Event()
        committer.record_intents([QueuedMessage(outgoing(1))], lambda _requests, _allowed: granted.set())
        await asyncio.wait_for(granted.wait(), 10)
        assert await committer.close() is None

    asyncio.run(work())
    assert journal.intended == [{1}]


RECEIPT = Receipt(delivery_id=1, token="t", outcome=Outcome.SENT)


class GatedJournal(RecordingJournal):
    """A journal that is at work from `entered` until `gate` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        self.entered.set()
        assert self.gate.wait(30)
        return super().record(receipts, messages)


@pytest.mark.parametrize("what", ["receipts", "intents"])
def test_group_committer_flush_waits_until_what_was_submitted_is_written(what: str) -> None:
    """Also for a group that the journal has in hand; before the flush ends, its sessions have the answer."""
    journal = GatedJournal()
    answers: list[object] = []

    async def work() -> None:
        committer = committer_of(journal)

        def submit() -> None:
            if what == "receipts":
                committer.record_receipts([RECEIPT], answers.append)
            else:
                committer.record_intents([QueuedMessage(outgoing(1))], lambda _, allowed: answers.append(allowed))

        submit()
        await asyncio.to_thread(journal.entered.wait, 30)
        in_hand = asyncio.create_task(committer.flush())
        await asyncio.sleep(0)
        assert not in_hand.done()
        journal.gate.set()
        await asyncio.wait_for(in_hand, 30)
        assert answers == [1 if what == "receipts" else {1}]
        submit()
        async with asyncio.timeout(30):
            await committer.flush()
        assert answers == [1 if what == "receipts" else {1}] * 2
        assert await committer.close() is None

    asyncio.run(work())


def test_group_committer_journal_that_failed_grants_nothing_more() -> None:
    """Its error is reported once and returned at the end; a flush does not wait for what cannot be written."""
    failures: list[BaseException] = []
    answers: list[object] = []

    class BrokenJournal(RecordingJournal):
        def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
            raise StoreError("the database is gone")

    async def work() -> BaseException | None:
        committer = GroupCommitter(BrokenJournal(), failures.append, lambda: 1)
        for _turn in range(2):
            committer.record_receipts([RECEIPT], answers.append)
            committer.record_intents([QueuedMessage(outgoing(1))], lambda _, allowed: answers.append(allowed))
            await asyncio.wait_for(committer.flush(), 30)
        return await committer.close()

    error = asyncio.run(work())
    assert str(error) == "the database is gone"
    assert failures == [error]
    assert answers == []


def test_group_committer_close_writes_what_still_waits() -> None:
    """Receipts that nobody flushed are stored, and a committer without work ends at once."""
    journal = RecordingJournal()

    async def work(receipts: list[Receipt]) -> None:
        committer = committer_of(journal)
        if receipts:
            committer.record_receipts(receipts)
        assert await asyncio.wait_for(committer.close(), 30) is None

    asyncio.run(work([RECEIPT]))
    asyncio.run(work([]))
    assert journal.receipts == [RECEIPT]
