"""Pulls messages from a blocking iterable in a thread, some ahead of the connections, at the permitted rate."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from digest.mailers.smtp.dialogue import QueuedMessage


class Prefetcher:
    """The messages that wait for a connection; never more than `ahead` of them are pulled before somebody takes one.

    `pace` tells the seconds between two messages, as of now (`None`: as fast as they are taken); `arrived` is called in
    the loop when there is something new to take, or nothing will be any more. The loop is woken once for all that came
    while it was busy.
    """

    def __init__(
        self,
        messages: Iterable[QueuedMessage],
        *,
        ahead: int,
        pace: Callable[[], float] | None,
        arrived: Callable[[], object],
    ) -> None:
        self._messages = messages
        self._ahead = ahead
        self._pace = pace
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[QueuedMessage] = deque()
        self._called = False
        self._pulled = self._taken = 0  # the first is written by the thread alone, the second by the loop alone
        self._room = threading.Event()
        self._sleeping = False
        self._stop = threading.Event()
        self._waiting: deque[QueuedMessage] = deque()
        self._bell = asyncio.Event()
        self._ended = False
        self.left: list[QueuedMessage] = []
        self._pump = asyncio.create_task(asyncio.to_thread(self._pull))
        self._pump.add_done_callback(self._pump_ended)

    @property
    def stopped(self) -> bool:
        """Whether messages are handed out no more."""
        return self._stop.is_set()

    @property
    def waiting(self) -> int:
        """How many messages wait for a connection."""
        return len(self._waiting)

    @property
    def exhausted(self) -> bool:
        """Whether no message waits, and none will come from the iterable."""
        return self._ended and not self._waiting

    def widen(self, ahead: int) -> None:
        """Let at least so many messages be pulled ahead."""
        self._ahead = max(self._ahead, ahead)
        self._room.set()

    def take(self, most: int) -> list[QueuedMessage]:
        """Up to so many of the messages that wait."""
        waiting = self._waiting
        parcels = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        self._taken += sum(not message_.granted for message_ in parcels)
        if self._sleeping and self._pulled - self._taken <= self._ahead // 2:
            self._room.set()  # seldom: waking a thread costs more than pulling a message
        return parcels

    async def some(self) -> bool:
        """Wait for messages; false when there will be none."""
        while not self._waiting:
            if self._ended:
                return False
            self._bell.clear()
            await self._bell.wait()
        return True

    def give_back(self, parcels: list[QueuedMessage]) -> None:
        """Return messages that were not begun, for another connection; after the stop the granted ones are `left`."""
        if self._stop.is_set():
            self.left += [message_ for message_ in parcels if message_.granted]
            return
        self._taken -= sum(not message_.granted for message_ in parcels)
        self._waiting.extendleft(reversed(parcels))
        self._bell.set()

    def stop(self) -> None:
        """Pull no more, and hand out no more; messages that wait are dropped, not begun."""
        self._stop.set()
        self._room.set()
        self.left += [message_ for message_ in self._waiting if message_.granted]
        self._waiting.clear()
        self._end()

    async def finished(self) -> BaseException | None:
        """Wait until the iterable has ended or the stop has reached it; returns what the iterable raised, if it did."""
        await asyncio.wait([self._pump])
        return self._pump.exception()

    def _pull(self) -> None:
        messages = iter(self._messages)
        due = time.monotonic()
        while self._may_pull(due):
            if self._pace is not None:
                due = max(due, time.monotonic()) + self._pace()
            message_ = next(messages, None)
            if message_ is None:
                return
            self._pulled += 1
            self._inbox.append(message_)
            if not self._called:
                self._called = True
                self._loop.call_soon_threadsafe(self._receive)

    def _may_pull(self, due: float) -> bool:
        while self._pulled - self._taken >= self._ahead and not self._stop.is_set():
            self._room.clear()
            self._sleeping = True  # before the second look: what is taken after it wakes us
            if self._pulled - self._taken >= self._ahead and not self._stop.is_set():
                self._room.wait()
            self._sleeping = False
        if self._pace is None:
            return not self._stop.is_set()
        return not self._stop.wait(max(0.0, due - time.monotonic()))

    def _receive(self) -> None:
        self._called = False  # before the inbox is emptied: what comes later calls again
        while self._inbox:
            self._waiting.append(self._inbox.popleft())
        if self._stop.is_set():
            self._waiting.clear()
        self._bell.set()
        self._arrived()

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        if pump.cancelled() or pump.exception() is not None:
            self.stop()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._bell.set()
        self._arrived()
