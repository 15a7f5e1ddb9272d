"""Group commit: the intents of several sessions are written in one transaction."""

import asyncio

import pytest

from digest.mailers.smtp import group_commit
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from tests.support.mailing import RecordingJournal, outgoing


def test_group_committer_third_of_capacity_starts_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two intents of a capacity of nine wait; with the third, all are written as one group."""
    monkeypatch.setattr(group_commit, "_MAX_WAIT", 600)
    journal = RecordingJournal()

    async def work() -> None:
        committer = GroupCommitter(journal, capacity=lambda: 9)
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
        committer = GroupCommitter(journal, capacity=lambda: 1000)
        granted = asyncio.Event()
        committer.record_intents([QueuedMessage(outgoing(1))], lambda _requests, _allowed: granted.set())
        await asyncio.wait_for(granted.wait(), 10)
        assert await committer.close() is None

    asyncio.run(work())
    assert journal.intended == [{1}]
