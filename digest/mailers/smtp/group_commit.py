"""Group commit: the intents and receipts of all connections are written to the ledger together."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from digest.mailers.smtp.ledger_backlog import OnAnswer, OnStored
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.model.deliveries import Receipt
from digest.protocols import Journal

_MAX_WAIT = 0.005  # seconds that a group waits for more
_GROUPS = 3  # in which all messages that the sessions can hold are requested


class GroupCommitter:
    """One task that writes the waiting receipts and intents together, in a thread of its own.

    An intent that is granted therefore proves that the receipts submitted before it are stored. A group waits, for at
    most 5 ms, until it holds intents for a third of the messages that all sessions can hold (`capacity`): a transaction
    costs far more than a row in it, and the sessions are busy with the other messages. After the journal has failed,
    nothing is granted or stored any more: `failed` is called once with the error, and later calls have no effect.
    """

    def __init__(
        self,
        journal: Journal,
        failed: Callable[[BaseException], object],
        capacity: Callable[[], int],
    ) -> None:
        self._journal = journal
        self._failed = failed
        self._capacity = capacity
        self._missing = 0  # intents until the group is large enough
        self._loop = asyncio.get_running_loop()
        self._receipts: list[Receipt] = []
        self._on_stored: list[tuple[int, OnStored]] = []
        self._requests: list[tuple[list[QueuedMessage], OnAnswer]] = []
        self._submitted = asyncio.Event()
        self._large_enough = asyncio.Event()
        self._group_written = asyncio.Event()
        self._busy = False
        self._closing = False
        self._thread = ThreadPoolExecutor(1, "digest-journal")
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._task_ended)

    def record_intents(self, requests: list[QueuedMessage], on_answer: OnAnswer) -> None:
        """Record that the ends of these messages may leave; `on_answer` gets the delivery ids that may."""
        if not self._requests:
            self._missing = -(-self._capacity() // _GROUPS)
        self._requests.append((requests, on_answer))
        self._missing -= len(requests)
        if self._missing <= 0:
            self._large_enough.set()
        self._submitted.set()

    def record_receipts(self, receipts: list[Receipt], on_stored: OnStored = lambda _number: None) -> None:
        """Record receipts; `on_stored` gets their number once they are durable."""
        self._receipts += receipts
        self._on_stored.append((len(receipts), on_stored))
        self._submitted.set()

    async def flush(self) -> None:
        """Wait until everything is written, or nothing can be written any more."""
        while (self._on_stored or self._requests or self._busy) and not self._task.done():
            self._group_written.clear()
            await self._group_written.wait()

    async def close(self) -> BaseException | None:
        """Write what is still waiting, and end; returns the journal's error, if there was one."""
        self._closing = True
        self._submitted.set()
        self._large_enough.set()
        await asyncio.wait([self._task])
        self._thread.shutdown(wait=False)
        return self._task.exception()

    async def _run(self) -> None:
        while self._receipts or self._requests or not self._closing:
            await self._submitted.wait()
            self._submitted.clear()
            self._busy = True
            if not self._closing:
                await self._wait_for_more()
            await self._write_group()
            self._busy = False
            self._group_written.set()

    async def _wait_for_more(self) -> None:
        timer = self._loop.call_later(_MAX_WAIT, self._large_enough.set)
        await self._large_enough.wait()
        timer.cancel()

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._group_written.set()
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self._failed(failure)

    async def _write_group(self) -> None:
        # Taken together, without an await between them: an intent must not overtake a receipt submitted before it.
        receipts, self._receipts = self._receipts, []
        stored, self._on_stored = self._on_stored, []
        requests, self._requests = self._requests, []
        self._large_enough.clear()
        messages = [queued.message for group, _ in requests for queued in group]
        if not receipts and not messages:
            return
        allowed = await self._loop.run_in_executor(self._thread, self._journal.record, receipts, messages)
        for number, on_stored in stored:
            on_stored(number)
        for group, on_answer in requests:
            on_answer(group, allowed)
