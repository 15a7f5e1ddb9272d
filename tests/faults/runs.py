"""What the commands of the fault suites share: which runs are theirs, and the loop over them."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

Run = TypeVar("Run")


class AnyResult(Protocol):
    """The result of a run, with a sentence for each invariant that it broke."""

    @property
    def name(self) -> str: ...
    @property
    def broken(self) -> tuple[str, ...]: ...


Result = TypeVar("Result", bound=AnyResult)


def part_of(runs: Iterable[Run], part: str) -> Iterator[Run]:
    """The runs of `I/N`, the I-th of N parts that go on side by side."""
    which, _, parts = part.partition("/")
    return islice(runs, int(which) - 1, None, int(parts))


def perform_all(
    runs: Iterable[Callable[[], Result]], summary: Callable[[list[Result], float], object], *, every: int
) -> int:
    """Perform the runs and show a summary after each `every` and at the end; 1 when an invariant is broken, else 0."""
    started = time.monotonic()
    results: list[Result] = []
    for run in runs:
        result = run()
        results.append(result)
        for broken in result.broken:
            print(f"{result.name}\n    {broken}", flush=True)
        if len(results) % every == 0:
            summary(results, time.monotonic() - started)
    summary(results, time.monotonic() - started)
    return int(any(result.broken for result in results))
