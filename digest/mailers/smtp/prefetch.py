"""Pulls messages from a blocking iterable in a thread, ahead of the connections and at the permitted rate."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable

from digest.mailers.smtp.message_queue import QueuedMessage


class Prefetcher:
    """The messages that wait for a connection, at most `ahead` of them.

    `turn` is called before each message, again and again while it returns seconds to wait (`None`: no limit).
    `on_change` is called in the event loop when messages have arrived or no more will come, once for all that arrived
    while the loop was busy. After `stop`, `abandoned` holds the messages with a recorded intent that will not be sent.
    """

    def __init__(
        self,
        messages: Iterable[QueuedMessage],
        *,
        ahead: int,
        turn: Callable[[], float | None] | None,
        on_change: Callable[[], object],
    ) -> None:
        self.abandoned: list[QueuedMessage] = []
        self._messages = messages
        self._ahead = ahead
        self._turn = turn
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[QueuedMessage] = deque()
        self._wakeup_pending = False
        self._pulled = self._taken = 0  # the first is written by the thread only, the second by the loop only
        self._has_room = threading.Event()
        self._thread_sleeps = False
        self._stop = threading.Event()
        self._waiting: deque[QueuedMessage] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._thread = asyncio.create_task(asyncio.to_thread(self._pull))
        self._thread.add_done_callback(self._thread_ended)

    @property
    def stopped(self) -> bool:
        """Whether no more messages are given out."""
        return self._stop.is_set()

    @property
    def waiting(self) -> int:
        """How many messages wait for a connection."""
        return len(self._waiting)

    @property
    def exhausted(self) -> bool:
        """Whether no message waits and none will come from the iterable."""
        return self._ended and not self._waiting

    def pull_ahead(self, ahead: int) -> None:
        """From now on pull up to that many messages ahead."""
        self._ahead = ahead
        self._has_room.set()

    def take(self, limit: int) -> list[QueuedMessage]:
        """Remove and return up to `limit` of the messages that wait."""
        waiting = self._waiting
        taken = [waiting.popleft() for _ in range(min(limit, len(waiting)))]
        self._taken += sum(not queued.intent_recorded for queued in taken)
        if self._thread_sleeps and self._pulled - self._taken <= self._ahead // 2:
            self._has_room.set()  # at half only: waking a thread costs more than pulling a message
        return taken

    async def wait_for_messages(self) -> bool:
        """Wait until messages are waiting; false when there will be none."""
        while not self._waiting:
            if self._ended:
                return False
            self._changed.clear()
            await self._changed.wait()
        return True

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Return messages that were not started, for another connection."""
        if self._stop.is_set():
            self._abandon(messages)
            return
        self._taken -= sum(not queued.intent_recorded for queued in messages)
        self._waiting.extendleft(reversed(messages))
        self._changed.set()

    def stop(self) -> None:
        """Pull and give out no more messages; those that wait are dropped."""
        self._stop.set()
        self._has_room.set()
        self._abandon(self._waiting)
        self._waiting.clear()
        self._end()

    async def wait_until_ended(self) -> BaseException | None:
        """Wait until the iterable has ended or the stop has reached it; returns the iterable's error, if any."""
        await asyncio.wait([self._thread])
        return self._thread.exception()

    def _abandon(self, messages: Iterable[QueuedMessage]) -> None:
        self.abandoned += [queued for queued in messages if queued.intent_recorded]

    def _pull(self) -> None:
        messages = iter(self._messages)
        while self._wait_for_turn():
            queued = next(messages, None)
            if queued is None:
                return
            self._pulled += 1
            self._inbox.append(queued)
            if not self._wakeup_pending:
                self._wakeup_pending = True
                self._loop.call_soon_threadsafe(self._receive)

    def _is_full(self) -> bool:
        return self._pulled - self._taken >= self._ahead and not self._stop.is_set()

    def _wait_for_turn(self) -> bool:
        """Wait, in the thread, for room and for a turn; false once stopped."""
        while self._is_full():
            self._has_room.clear()
            self._thread_sleeps = True  # before the second check: `take` calls after it set the event
            if self._is_full():
                self._has_room.wait()
            self._thread_sleeps = False
        while not self._stop.is_set() and self._turn is not None and (pause := self._turn()) is not None:
            self._stop.wait(pause)
        return not self._stop.is_set()

    def _receive(self) -> None:
        self._wakeup_pending = False  # before the inbox is emptied: a message that arrives later wakes the loop again
        while self._inbox:
            self._waiting.append(self._inbox.popleft())
        if self._stop.is_set():
            self._waiting.clear()
        self._changed.set()
        self._on_change()

    def _thread_ended(self, thread: asyncio.Task[None]) -> None:
        if thread.cancelled() or thread.exception() is not None:
            self.stop()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._changed.set()
        self._on_change()
