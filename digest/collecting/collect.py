"""Visits all sources side by side; one that fails or does not answer is reported and delays no other."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from digest.collecting.garbled_titles import with_garbled_titles_noted
from digest.collecting.missing_counters import without_unfilled_counters
from digest.errors import SourceError, StoppedError
from digest.interpreter import tuned_for_collecting
from digest.model.articles import Collected, SourceReport, Validators, Window
from digest.protocols import Source

MOST_AT_ONCE = 96
"""Visits at once: the fetcher limits how many of them fetch, the others wait for it or parse."""

DEADLINE = 60.0
"""Seconds for a round of visits."""

_STOP_INTERVAL = 0.1  # seconds between two looks at `stop`

_log = logging.getLogger(__name__)


def collect(
    sources: Sequence[Source],
    window: Window,
    *,
    validators: Mapping[str, Validators],
    now: datetime,
    deadline: float = DEADLINE,
    report: Callable[[SourceReport], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Collected:
    """Visit each source once and report on all of them, in their order; `deadline` is seconds for the whole round.

    `validators` are by source name; `report` is called for each source as it is done, in the caller's thread. A source
    that fails is a report, not an error. Raises StoppedError soon after `stop()` is true and abandons visits under way.
    """
    reports: dict[int, SourceReport] = {}
    announce = report or (lambda _: None)
    visits = _Visits(sources, lambda source: _visit(source, window, validators.get(source.name), now))
    with tuned_for_collecting(), closing(visits.run(time.monotonic() + deadline, stop)) as finished:
        for place, done in finished:
            reports[place] = done
            announce(done)
    for place, source in enumerate(sources):
        if place not in reports:
            reports[place] = _no_answer(source, deadline)
            announce(reports[place])
    return Collected(taken_at=now, reports=tuple(reports[place] for place in range(len(sources))))


class _Visits:
    """Visits to sources in threads that nobody joins."""

    def __init__(self, sources: Sequence[Source], visit: Callable[[Source], SourceReport]) -> None:
        self._sources = sources
        self._visit = visit
        self._waiting: queue.SimpleQueue[tuple[int, Source]] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[tuple[int, SourceReport]] = queue.SimpleQueue()
        self._over = threading.Event()

    def run(self, end: float, stop: Callable[[], bool]) -> Generator[tuple[int, SourceReport], None, None]:
        """Each source's place and report as it is done, until `end` (of the monotonic clock); raises StoppedError."""
        for numbered in enumerate(self._sources):
            self._waiting.put(numbered)
        for _ in range(min(MOST_AT_ONCE, len(self._sources))):
            # Daemons, not a pool: a pool's threads would keep the process alive until the last source answers.
            threading.Thread(target=self._work, name="collect", daemon=True).start()
        try:
            for _ in self._sources:
                yield self._next(end, stop)
        except queue.Empty:
            return
        finally:
            self._over.set()

    def _next(self, end: float, stop: Callable[[], bool]) -> tuple[int, SourceReport]:
        """The next report; raises StoppedError, and queue.Empty at the `end`."""
        while not stop():
            left = max(0.0, end - time.monotonic())
            try:
                return self._finished.get(timeout=min(left, _STOP_INTERVAL))
            except queue.Empty:
                if left <= _STOP_INTERVAL:
                    raise
        raise StoppedError("collecting was stopped before all sources had answered")

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                place, source = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._finished.put((place, self._visit(source)))


def _visit(source: Source, window: Window, validators: Validators | None, now: datetime) -> SourceReport:
    started = time.monotonic()
    try:
        visit = with_garbled_titles_noted(without_unfilled_counters(source.visit(window, now, validators)))
    except SourceError as error:
        return SourceReport(source=source.name, error=str(error), seconds=time.monotonic() - started)
    except Exception as error:  # noqa: BLE001 - whatever foreign data does to one source, the others go on
        _log.debug("source %s failed unexpectedly", source.name, exc_info=True)
        # The error's text stays in the debug log: it may hold an address with a password.
        message = f"source {source.name} failed unexpectedly: {type(error).__name__} (see the debug log)"
        return SourceReport(source=source.name, error=message, seconds=time.monotonic() - started)
    return SourceReport(source=source.name, visit=visit, seconds=time.monotonic() - started)


def _no_answer(source: Source, deadline: float) -> SourceReport:
    return SourceReport(
        source=source.name, error=f"source {source.name} did not answer within {deadline:g} s", seconds=deadline
    )
