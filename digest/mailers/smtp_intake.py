"""Pulls messages from a blocking iterable in a thread, a few ahead of the connections, at the permitted rate."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from digest.model import Outgoing


class Intake:
    """The messages that wait for a connection; never more than `ahead` of them are pulled before somebody takes one.

    `rate` is in messages a second (`None`: as fast as they are taken); `arrived` is called in the loop for each one.
    """

    def __init__(
        self, messages: Iterable[Outgoing], *, ahead: int, rate: float | None, arrived: Callable[[], object]
    ) -> None:
        self._messages = messages
        self._interval = 1 / rate if rate else 0.0
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._slots = threading.Semaphore(ahead)
        self._stop = threading.Event()
        self._waiting: deque[Outgoing] = deque()
        self._bell = asyncio.Event()
        self._ended = False
        self._pump = asyncio.create_task(asyncio.to_thread(self._pull))
        self._pump.add_done_callback(self._pulled)

    @property
    def stopped(self) -> bool:
        """Whether messages are handed out no more."""
        return self._stop.is_set()

    @property
    def waiting(self) -> int:
        """How many messages wait for a connection."""
        return len(self._waiting)

    async def take(self) -> Outgoing | None:
        """The next message, or `None` when there will be none."""
        while not self._waiting:
            if self._ended:
                return None
            self._bell.clear()
            await self._bell.wait()
        self._slots.release()
        return self._waiting.popleft()

    def give_back(self, message: Outgoing) -> None:
        """Return a message that was not begun, for another connection."""
        if not self._stop.is_set():
            self._waiting.appendleft(message)
            self._bell.set()

    def stop(self) -> None:
        """Pull no more, and hand out no more; messages that wait are dropped, not begun."""
        self._stop.set()
        self._slots.release()
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
            due = max(due, time.monotonic()) + self._interval
            message = next(messages, None)
            if message is None:
                return
            self._loop.call_soon_threadsafe(self._put, message)

    def _may_pull(self, due: float) -> bool:
        self._slots.acquire()
        return not self._stop.wait(max(0.0, due - time.monotonic()))

    def _put(self, message: Outgoing) -> None:
        if not self._stop.is_set():
            self._waiting.append(message)
            self._bell.set()
            self._arrived()

    def _pulled(self, pump: asyncio.Task[None]) -> None:
        if pump.cancelled() or pump.exception() is not None:
            self.stop()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._bell.set()
