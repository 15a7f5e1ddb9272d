"""One answer for all who ask for the same at the same time, as after an issue was sent."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable

from starlette.responses import Response

_LONGEST_PAUSE = 0.02  # seconds between two computations while many ask: more can join


class SharedAnswers:
    """Answers by key; each is computed after everybody who gets it has asked, so nothing in it is out of date.

    Used from one event loop. Nothing is kept once it is answered.
    """

    def __init__(self) -> None:
        self._coming: dict[Hashable, asyncio.Task[Response]] = {}  # not begun: more may join
        self._running: dict[Hashable, asyncio.Task[Response]] = {}
        self._seconds = 0.0  # of the last computation

    async def answer(self, key: Hashable, compute: Callable[[], Awaitable[Response]]) -> Response:
        """What `compute` returns, or another one of that key that begins later than now; raises what it raises."""
        if key not in self._coming:
            self._coming[key] = asyncio.create_task(self._compute_after(key, compute, self._running.get(key)))
        return await asyncio.shield(self._coming[key])  # a client that goes away ends it for no other

    async def _compute_after(
        self, key: Hashable, compute: Callable[[], Awaitable[Response]], earlier: asyncio.Task[Response] | None
    ) -> Response:
        if earlier is not None:
            await asyncio.wait([earlier])
            # As long as the computation took: no more than half of the time is spent on them, and nobody waits longer.
            await asyncio.sleep(min(self._seconds, _LONGEST_PAUSE))
        task = self._running[key] = self._coming.pop(key)
        began = time.monotonic()
        try:
            return await compute()
        finally:
            self._seconds = time.monotonic() - began
            if self._running[key] is task:
                del self._running[key]
