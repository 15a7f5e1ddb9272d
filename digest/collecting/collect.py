"""Visits all sources side by side; one that fails or does not answer is reported and delays no other."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from digest.collecting.garbled_titles import with_garbled_titles_noted
from digest.collecting.missing_counters import without_unfilled_counters
from digest.collecting.shared_values import without_shared_values
from digest.collecting.side_by_side import SideBySide
from digest.errors import SourceError
from digest.interpreter import tuned_for_collecting
from digest.model.articles import Collected, SourceReport, Validators, Window
from digest.protocols import Source

MOST_AT_ONCE = 96
"""Visits at once: the fetcher limits how many of them fetch, the others wait for it or parse."""

DEADLINE = 60.0
"""Seconds for a round of visits."""

_STOPPED = "collecting was stopped before all sources had answered"

_log = logging.getLogger(__name__)


def collect(
    sources: Sequence[Source],
    window: Window,
    *,
    validators: Mapping[str, Validators],
    now: datetime,
    deadline: float = DEADLINE,
    report: Callable[[SourceReport], None] = lambda _report: None,
    stop: Callable[[], bool] = lambda: False,
) -> Collected:
    """Visit each source once and report on all of them, in their order; `deadline` is seconds for the whole round.

    `validators` are by source name; `report` is called for each source as it is done, in the caller's thread. A source
    that fails is a report, not an error. Raises StoppedError soon after `stop()` is true and abandons visits under way.
    """
    reports: dict[int, SourceReport] = {}
    visits = SideBySide(
        sources,
        lambda source: _visit(source, window, validators.get(source.name), now),
        at_once=MOST_AT_ONCE,
        name="collect",
    )
    done_in_time = visits.run(time.monotonic() + deadline, stop, stopped=_STOPPED)
    with tuned_for_collecting(), closing(done_in_time) as finished:
        for place, done in finished:
            reports[place] = done
            report(done)
    for place, source in enumerate(sources):
        if place not in reports:
            reports[place] = _no_answer(source, deadline)
            report(reports[place])
    return Collected(taken_at=now, reports=tuple(reports[place] for place in range(len(sources))))


def _visit(source: Source, window: Window, validators: Validators | None, now: datetime) -> SourceReport:
    started = time.monotonic()
    try:
        visit = without_shared_values(without_unfilled_counters(source.visit(window, now, validators)))
        visit = with_garbled_titles_noted(visit)
    except SourceError as error:
        return SourceReport(source=source.name, error=str(error), seconds=time.monotonic() - started)
    except Exception as error:  # noqa: BLE001 - whatever foreign data does to one source, the others go on
        _log.debug("source %s failed unexpectedly", source.name, exc_info=True)
        # The error's text stays in the debug log: it may hold an address with a password.
        message = f"failed unexpectedly: {type(error).__name__} (see the debug log)"
        return SourceReport(source=source.name, error=message, seconds=time.monotonic() - started)
    return SourceReport(source=source.name, visit=visit, seconds=time.monotonic() - started)


def _no_answer(source: Source, deadline: float) -> SourceReport:
    return SourceReport(source=source.name, error=f"did not answer within {deadline:g} s", seconds=deadline)
