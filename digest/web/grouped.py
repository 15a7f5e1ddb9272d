"""Requests that are carried out together: while one transaction runs, those that arrive wait for the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 100  # in one group


class Grouped(Generic[_Item, _Result]):
    """`work` gets the items of a group in a thread, and gives a result for each; its error is that of each.

    Used from one event loop.
    """

    def __init__(self, work: Callable[[Sequence[_Item]], Sequence[_Result]]) -> None:
        self._work = work
        self._waiting: list[tuple[_Item, asyncio.Future[_Result]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def carry_out(self, item: _Item) -> _Result:
        """The result of one item."""
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._carry_out_groups())
        return await future

    async def _carry_out_groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                results = await run_in_threadpool(self._work, [item for item, _future in group])
            except Exception as error:  # noqa: BLE001 - raised again where each item was asked for
                for _item, future in group:
                    if not future.done():  # whoever asked may have gone away
                        future.set_exception(error)
            else:
                for (_item, future), result in zip(group, results, strict=True):
                    if not future.done():
                        future.set_result(result)
        self._runner = None
