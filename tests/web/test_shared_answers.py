"""Answers that requests at the same time share."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.responses import Response

from digest.errors import StoreError
from digest.web.shared_answers import SharedAnswers

Compute = Callable[[], Awaitable[Response]]


def counted(gate: asyncio.Event) -> tuple[Compute, list[Response]]:
    """A computation that ends once the gate is open, and what it began to compute."""
    begun: list[Response] = []

    async def compute() -> Response:
        begun.append(Response(str(len(begun))))
        answer = begun[-1]
        await gate.wait()
        return answer

    return compute, begun


async def settle() -> None:
    """Let every task reach the point where it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_shared_answers_request_during_a_computation_gets_a_later_one() -> None:
    """What is being computed may be out of date for who asks now; all who ask meanwhile share the next answer."""

    async def ask() -> None:
        answers, gate = SharedAnswers(), asyncio.Event()
        compute, begun = counted(gate)
        first = asyncio.create_task(answers.answer("page", compute))
        await settle()
        later = [asyncio.create_task(answers.answer("page", compute)) for _ in range(3)]
        await settle()
        assert len(begun) == 1
        gate.set()
        assert await first is begun[0]
        assert [await one is begun[1] for one in later] == [True] * 3
        assert len(begun) == 2

    asyncio.run(ask())


def test_shared_answers_other_key_has_its_own_answer() -> None:
    """A page in another language does not wait for this one."""

    async def ask() -> None:
        answers, gate = SharedAnswers(), asyncio.Event()
        compute, begun = counted(gate)
        both = [asyncio.create_task(answers.answer(key, compute)) for key in ("en", "ru")]
        await settle()
        assert len(begun) == 2
        gate.set()
        assert await both[0] is not await both[1]

    asyncio.run(ask())


def test_shared_answers_error_reaches_all_and_is_not_kept() -> None:
    """The database is away for everybody who asked; the next request tries again."""

    async def fail() -> Response:
        raise StoreError("away")

    async def work() -> Response:
        return Response("back")

    async def ask() -> None:
        answers = SharedAnswers()
        failed = await asyncio.gather(*(answers.answer("page", fail) for _ in range(2)), return_exceptions=True)
        assert [str(one) for one in failed] == ["away", "away"]
        assert (await answers.answer("page", work)).body == b"back"

    asyncio.run(ask())


def test_shared_answers_one_that_goes_away_ends_it_for_nobody_else() -> None:
    """A visitor closes the connection while the others wait."""

    async def ask() -> None:
        answers, gate = SharedAnswers(), asyncio.Event()
        compute, begun = counted(gate)
        gone, stays = (asyncio.create_task(answers.answer("page", compute)) for _ in range(2))
        await settle()
        gone.cancel()
        gate.set()
        assert await stays is begun[0]
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(ask())
