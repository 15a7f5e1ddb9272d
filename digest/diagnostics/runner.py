"""Runs checks side by side, within one limit of time."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.diagnostics.results import CannotTellError, CheckResult, Level, NamedResult, cannot_tell, fail
from digest.errors import DigestError

T = TypeVar("T")

LIMIT = 20.0
"""Seconds for all checks together."""

_ORDER = tuple(Level)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, and the function that yields its results."""

    name: str
    run: Callable[[], Iterable[CheckResult]]


class Once(Generic[T]):
    """A value that the first of several threads makes; an error is raised for all of them."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: T | None = None
        self._error: Exception | None = None
        self._is_done = False

    def __call__(self) -> T:
        """The value."""
        with self._lock:
            if not self._is_done:
                self._is_done = True
                try:
                    self._made = self._make()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below
                    self._error = error
        if self._error is not None:
            raise self._error
        return self._made  # type: ignore[return-value]  # it was made, or the error was raised


def run_checks(checks: Sequence[Check], limit: float = LIMIT) -> list[NamedResult]:
    """The results of all checks, in the order of the checks.

    A check that is not done after `limit` seconds keeps the results that it has, and one more says so.
    """
    reported: queue.SimpleQueue[tuple[int, CheckResult | None]] = queue.SimpleQueue()
    for place, check in enumerate(checks):
        # Daemons, because a name server or a mail server may answer late or never.
        threading.Thread(
            target=_report_results, args=(place, check, reported), name=f"check-{check.name}", daemon=True
        ).start()
    results: list[list[CheckResult]] = [[] for _ in checks]
    running = set(range(len(checks)))
    for place, result in _until(reported, time.monotonic() + limit, running):
        if result is None:
            running.discard(place)
        else:
            results[place].append(result)
    for place in running:
        results[place].append(cannot_tell(f"not finished within {limit:g} s", "repeat it with --only"))
    return [
        NamedResult(check=check.name, result=one) for check, found in zip(checks, results, strict=True) for one in found
    ]


def by_severity(results: Iterable[NamedResult]) -> list[NamedResult]:
    """The results, failures first; those of one level stay in their order."""
    return sorted(results, key=lambda one: _ORDER.index(one.result.level))


def _until(
    reported: queue.SimpleQueue[tuple[int, CheckResult | None]], end: float, running: set[int]
) -> Iterator[tuple[int, CheckResult | None]]:
    """What is reported until all checks are done, or until `end` (of the monotonic clock)."""
    while running:
        try:
            yield reported.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return


def _report_results(place: int, check: Check, reported: queue.SimpleQueue[tuple[int, CheckResult | None]]) -> None:
    try:
        for result in check.run():
            reported.put((place, result))
    except CannotTellError as error:
        reported.put((place, cannot_tell(str(error), error.fix)))
    except DigestError as error:
        reported.put((place, fail(str(error), "")))
    except Exception as error:  # noqa: BLE001 - a fault of one check must not hide the results of the others
        _log.debug("the check %s failed unexpectedly", check.name, exc_info=True)
        # The error's text stays in the debug log: it may hold an address or a secret.
        message = f"the check itself failed ({type(error).__name__})"
        reported.put((place, cannot_tell(message, "see the log of `digest -v check`, and report it")))
    reported.put((place, None))
