"""Speaks to the ledger for all connections at once: what waits is written as one group (a group commit)."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from digest.model import Outgoing, Receipt
from digest.protocols import Journal

T = TypeVar("T")
R = TypeVar("R")


class Clerk:
    """One task that writes the waiting receipts, then the waiting intents, in a thread of its own.

    So an intent that is granted proves that the receipts given before it are stored. After the journal has failed,
    nothing more is granted or stored, and every call raises that error.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._receipts: list[tuple[Receipt, asyncio.Future[None]]] = []
        self._intents: list[tuple[Outgoing, asyncio.Future[bool]]] = []
        self._work = asyncio.Event()
        self._closing = False
        self._failure: BaseException | None = None
        self._thread = ThreadPoolExecutor(1, "digest-journal")
        self._task = asyncio.create_task(self._serve())

    async def intend(self, message: Outgoing) -> bool:
        """Record that the end of this message may leave; false when it must not. Raises what the journal raised."""
        self._check()
        granted: asyncio.Future[bool] = self._loop.create_future()
        self._intents.append((message, granted))
        self._work.set()
        return await granted

    def settle(self, receipt: Receipt) -> asyncio.Future[None]:
        """Take a receipt; the future is done once it is stored, and fails with what the journal raised."""
        self._check()
        stored: asyncio.Future[None] = self._loop.create_future()
        self._receipts.append((receipt, stored))
        self._work.set()
        return stored

    async def close(self) -> BaseException | None:
        """Write what still waits, and end; returns what the journal raised, if it did."""
        self._closing = True
        self._work.set()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=False)
        return self._failure

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _serve(self) -> None:
        try:
            while self._receipts or self._intents or not self._closing:
                await self._work.wait()
                self._work.clear()
                # Both are taken at once: else an intent could pass by the receipt that was given before it.
                receipts, self._receipts = self._receipts, []
                intents, self._intents = self._intents, []
                try:
                    await self._store(receipts, intents)
                except BaseException as error:
                    _reject((future for _, future in receipts), error)
                    _reject((future for _, future in intents), error)
                    raise
        except BaseException as error:
            self._failure = error
            _reject((stored for _, stored in self._receipts), error)
            _reject((granted for _, granted in self._intents), error)
            raise

    async def _store(
        self,
        receipts: list[tuple[Receipt, asyncio.Future[None]]],
        intents: list[tuple[Outgoing, asyncio.Future[bool]]],
    ) -> None:
        if receipts:
            await self._run(self._journal.settle, [receipt for receipt, _ in receipts])
            _resolve((stored, None) for _, stored in receipts)
        if intents:
            allowed = await self._run(self._journal.intend, [message for message, _ in intents])
            _resolve((granted, message.delivery_id in allowed) for message, granted in intents)

    async def _run(self, write: Callable[[list[T]], R], items: list[T]) -> R:
        return await self._loop.run_in_executor(self._thread, write, items)


def _resolve(results: Iterable[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in results:
        if not future.done():
            future.set_result(result)


def _reject(futures: Iterable[asyncio.Future[Any]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
            future.exception()  # marks it as seen: its connection may be gone
