"""Asks every source, side by side; one that fails, or does not answer, is reported and never holds up the others."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from digest.collecting.missing_counters import without_unfilled
from digest.errors import SourceError
from digest.interpreter import tuned_for_collecting
from digest.model.articles import Collected, SourceReport, Validators, Window
from digest.protocols import Source

MOST_AT_ONCE = 96
"""Sources in hand: some are fetched (the fetcher knows how many at once), the others wait or are being understood."""

_log = logging.getLogger(__name__)
_Waiting = queue.SimpleQueue[tuple[int, Source]]
_Answers = queue.SimpleQueue[tuple[int, SourceReport]]


def collect(
    sources: Sequence[Source],
    window: Window,
    *,
    validators: Mapping[str, Validators],
    now: datetime,
    deadline: float = 60.0,
    report: Callable[[SourceReport], None] | None = None,
) -> Collected:
    """One visit to each source, in their order; `deadline` (seconds) is for the whole round. No source makes it raise.

    `validators` are by source name; `report` hears of each source as it is done, in the caller's thread.
    """
    waiting: _Waiting = queue.SimpleQueue()
    for numbered in enumerate(sources):
        waiting.put(numbered)
    answers: _Answers = queue.SimpleQueue()
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            try:
                place, source = waiting.get_nowait()
            except queue.Empty:
                return
            answers.put((place, _ask(source, window, validators.get(source.name), now)))

    reports: dict[int, SourceReport] = {}
    tell = report or (lambda _: None)
    try:
        with tuned_for_collecting():
            for _ in range(min(MOST_AT_ONCE, len(sources))):
                # Daemons, not a pool: a pool's threads would keep the process alive until the last source answers.
                threading.Thread(target=work, name="collect", daemon=True).start()
            for place, answer in _answered(answers, len(sources), time.monotonic() + deadline):
                reports[place] = answer
                tell(answer)
    finally:
        over.set()
    for place, source in enumerate(sources):
        if place not in reports:
            reports[place] = _silent(source, deadline)
            tell(reports[place])
    return Collected(taken_at=now, reports=tuple(reports[place] for place in range(len(sources))))


def _answered(answers: _Answers, expected: int, end: float) -> Iterator[tuple[int, SourceReport]]:
    for _ in range(expected):
        try:
            yield answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return


def _ask(source: Source, window: Window, validators: Validators | None, now: datetime) -> SourceReport:
    started = time.monotonic()
    try:
        visit = without_unfilled(source.visit(window, now, validators))
    except SourceError as error:
        return SourceReport(source=source.name, error=str(error), seconds=time.monotonic() - started)
    except Exception as error:  # noqa: BLE001 - whatever foreign data does to one source, the others go on
        _log.debug("source %s failed unexpectedly", source.name, exc_info=True)
        # Its text stays in the debug log: nobody knows whether it holds an address with a password.
        says = f"source {source.name} failed unexpectedly: {type(error).__name__} (the debug log tells where)"
        return SourceReport(source=source.name, error=says, seconds=time.monotonic() - started)
    return SourceReport(source=source.name, visit=visit, seconds=time.monotonic() - started)


def _silent(source: Source, deadline: float) -> SourceReport:
    return SourceReport(
        source=source.name, error=f"source {source.name} did not answer within {deadline:g} s", seconds=deadline
    )
