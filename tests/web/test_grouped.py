"""Requests that are carried out together."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from digest.errors import StoreError
from digest.web.grouped import Grouped


def test_grouped_items_that_arrive_meanwhile_are_the_next_group() -> None:
    """Nobody gets a result before the work with their item has ended."""
    groups: list[list[int]] = []
    has_begun = threading.Event()

    def work(items: Sequence[int]) -> list[int]:
        groups.append(list(items))
        has_begun.set()
        return [10 * item for item in items]

    async def ask() -> None:
        grouped = Grouped(work)
        first = asyncio.create_task(grouped.carry_out(1))
        await asyncio.to_thread(has_begun.wait)
        assert await asyncio.gather(*map(grouped.carry_out, range(2, 5))) == [20, 30, 40]
        assert await first == 10
        assert await grouped.carry_out(5) == 50

    asyncio.run(ask())
    assert groups == [[1], [2, 3, 4], [5]]


def test_grouped_error_is_that_of_each_item_and_the_next_group_works() -> None:
    """The database is away for one transaction."""
    answers = iter([StoreError("away"), None])

    def work(items: Sequence[int]) -> Sequence[int]:
        error = next(answers)
        if error is not None:
            raise error
        return items

    async def ask() -> None:
        grouped = Grouped(work)
        failed = await asyncio.gather(grouped.carry_out(1), grouped.carry_out(2), return_exceptions=True)
        assert [str(one) for one in failed] == ["away", "away"]
        assert await grouped.carry_out(3) == 3

    asyncio.run(ask())


def test_grouped_item_whose_request_went_away_leaves_the_others() -> None:
    """A mail service that closes the connection ends nothing for the others."""

    async def ask() -> None:
        grouped = Grouped[int, int](lambda items: items)
        gone, stays = (asyncio.create_task(grouped.carry_out(item)) for item in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays == 2
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(ask())
