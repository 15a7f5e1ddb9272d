"""Speaks to the ledger for all connections at once: what waits is written as one group (a group commit)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from digest.mailers.smtp.dialogue import QueuedMessage
from digest.model.deliveries import Receipt
from digest.protocols import Journal

Answer = Callable[[list[QueuedMessage], set[int]], None]
Stored = Callable[[int], None]

_LONGEST = 0.005  # seconds that a group waits for more
_GROUPS = 3  # in which all that the sessions hold would be asked for


class GroupCommitter:
    """One task that writes the waiting receipts and intents together, in a thread of its own.

    So an intent that is granted proves that the receipts given before it are stored. It waits until intents for a third
    of the messages wait that all sessions can hold (`capacity`), because a transaction costs far more than a row in it,
    while the sessions are busy with the others; but never for long. After the journal has failed, nothing more is
    granted or stored: `failed` is called once with its error, and later calls are of no effect.
    """

    def __init__(
        self,
        journal: Journal,
        failed: Callable[[BaseException], object] = lambda _error: None,
        capacity: Callable[[], int] = lambda: 1,
    ) -> None:
        self._journal = journal
        self._failed = failed
        self._capacity = capacity
        self._missing = 0  # intents, before the group departs that is being gathered
        self._loop = asyncio.get_running_loop()
        self._receipts: list[Receipt] = []
        self._stored: list[tuple[int, Stored]] = []
        self._intents: list[tuple[list[QueuedMessage], Answer]] = []
        self._work = asyncio.Event()
        self._enough = asyncio.Event()
        self._rested = asyncio.Event()
        self._busy = False
        self._closing = False
        self._thread = ThreadPoolExecutor(1, "digest-journal")
        self._task = asyncio.create_task(self._serve())
        self._task.add_done_callback(self._ended)

    def intend(self, parcels: list[QueuedMessage], answer: Answer) -> None:
        """Record that the ends of these messages may leave; `answer` is called with the ids that may."""
        if not self._intents:
            self._missing = -(-self._capacity() // _GROUPS)
        self._intents.append((parcels, answer))
        self._missing -= len(parcels)
        if self._missing <= 0:
            self._enough.set()
        self._work.set()

    def settle(self, receipts: list[Receipt], stored: Stored = lambda _number: None) -> None:
        """Take receipts; `stored` is called with their number once they are."""
        self._receipts += receipts
        self._stored.append((len(receipts), stored))
        self._work.set()

    async def rest(self) -> None:
        """Wait until nothing waits to be written, or nothing can be written any more."""
        while (self._stored or self._intents or self._busy) and not self._task.done():
            self._rested.clear()
            await self._rested.wait()

    async def close(self) -> BaseException | None:
        """Write what still waits, and end; returns what the journal raised, if it did."""
        self._closing = True
        self._work.set()
        self._enough.set()
        await asyncio.wait([self._task])
        self._thread.shutdown(wait=False)
        return self._task.exception()

    async def _serve(self) -> None:
        while self._receipts or self._intents or not self._closing:
            await self._work.wait()
            self._work.clear()
            self._busy = True
            if not self._closing:
                await self._gathered()
            await self._write_group()
            self._busy = False
            self._rested.set()

    async def _gathered(self) -> None:
        late = self._loop.call_later(_LONGEST, self._enough.set)
        await self._enough.wait()
        late.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._rested.set()
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self._failed(failure)

    async def _write_group(self) -> None:
        # Both are taken at once: else an intent could pass by the receipt that was given before it.
        receipts, self._receipts = self._receipts, []
        stored, self._stored = self._stored, []
        intents, self._intents = self._intents, []
        self._enough.clear()
        messages = [message_.message for parcels, _ in intents for message_ in parcels]
        if not receipts and not messages:
            return
        allowed = await self._loop.run_in_executor(self._thread, self._journal.record, receipts, messages)
        for number, tell in stored:
            tell(number)
        for parcels, answer in intents:
            answer(parcels, allowed)
