"""The clerk groups what it writes: a transaction costs far more than a row in it."""

import asyncio

import pytest

from digest.mailers.smtp import group_commit
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from tests.support.mailing import Notes, outgoing


def test_a_group_departs_once_a_third_of_all_that_is_held_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of nine wait for a third one; then all three are one group."""
    monkeypatch.setattr(group_commit, "_MAX_WAIT", 600)
    notes = Notes()

    async def work() -> None:
        committer = GroupCommitter(notes, capacity=lambda: 9)
        granted = asyncio.Event()
        committer.record_intents([QueuedMessage(outgoing(1))], lambda _requests, _allowed: None)
        committer.record_intents([QueuedMessage(outgoing(2))], lambda _requests, _allowed: None)
        await asyncio.sleep(0.05)
        assert notes.intended == []
        committer.record_intents([QueuedMessage(outgoing(3))], lambda _requests, _allowed: granted.set())
        await asyncio.wait_for(granted.wait(), 10)
        assert await committer.close() is None

    asyncio.run(work())
    assert notes.intended == [{1, 2, 3}]


def test_no_group_waits_for_long() -> None:
    """Where nobody asks for more, the little that waits is written all the same."""
    notes = Notes()

    async def work() -> None:
        committer = GroupCommitter(notes, capacity=lambda: 1000)
        granted = asyncio.Event()
        committer.record_intents([QueuedMessage(outgoing(1))], lambda _requests, _allowed: granted.set())
        await asyncio.wait_for(granted.wait(), 10)
        assert await committer.close() is None

    asyncio.run(work())
    assert notes.intended == [{1}]
