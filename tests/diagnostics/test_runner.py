"""Checks run side by side: none hides or delays the others."""

import threading
import time
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace

import pytest

from digest.diagnostics import runner
from digest.diagnostics.results import CannotTellError, CheckResult, Level, NamedResult, fail, ok, warn
from digest.diagnostics.runner import Check, Once, by_severity, run_checks
from digest.errors import MailError


def _levels(results: list[NamedResult]) -> list[tuple[str, Level]]:
    return [(one.check, one.result.level) for one in results]


def test_run_checks_all_results_come_in_the_order_of_the_checks() -> None:
    """However they end."""
    together = threading.Barrier(2, timeout=10)

    def first() -> Iterator[CheckResult]:
        together.wait()  # the second one runs at the same time
        yield ok("a")
        yield warn("b", "do it")

    def second() -> Iterator[CheckResult]:
        together.wait()
        yield fail("c", "do it")

    found = run_checks([Check("first", first), Check("second", second)])
    assert _levels(found) == [("first", Level.OK), ("first", Level.WARN), ("second", Level.FAIL)]


def test_run_checks_slow_check_cannot_tell_and_keeps_its_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that hangs delays nothing beyond the limit."""
    released, began, timed = threading.Event(), threading.Event(), threading.Event()
    passed = 0.0  # seconds, beside the real ones

    def hanging() -> Iterator[CheckResult]:
        yield ok("began")
        began.set()
        released.wait(60)

    def quick() -> Iterator[CheckResult]:
        nonlocal passed
        assert began.wait(60)
        assert timed.wait(60)
        yield ok("done")
        passed = 99.8

    def monotonic() -> float:
        timed.set()
        return time.monotonic() + passed

    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=monotonic))
    found = run_checks([Check("slow", hanging), Check("quick", quick)], limit=100)
    released.set()
    assert _levels(found) == [("slow", Level.OK), ("slow", Level.CANNOT_TELL), ("quick", Level.OK)]
    assert found[1].result.message == "not finished within 100 s"


@pytest.mark.parametrize(
    ("error", "level", "message"),
    [
        (CannotTellError("no answer"), Level.CANNOT_TELL, "no answer"),
        (MailError("refused"), Level.FAIL, "refused"),
        (RuntimeError("anna@readers.example"), Level.CANNOT_TELL, "the check itself failed (RuntimeError)"),
    ],
)
def test_run_checks_error_is_a_result(error: Exception, level: Level, message: str) -> None:
    """An expected error is its sentence; the text of an unexpected one is not shown."""

    def raising() -> list[CheckResult]:
        raise error

    ((found),) = run_checks([Check("one", raising)])
    assert (found.result.level, found.result.message) == (level, message)


def test_by_severity_failures_are_first() -> None:
    """Then warnings, what is not known, and what is right."""
    results = [NamedResult(check=str(level), result=CheckResult(level=level, message="")) for level in Level]
    assert [one.check for one in by_severity(results[::-1])] == ["fail", "warn", "cannot-tell", "ok"]


def test_once_value_is_made_by_the_first_and_an_error_is_raised_again() -> None:
    """Several checks share one connection, one visit and their errors."""
    numbers = count(1)
    value = Once(lambda: next(numbers))
    assert (value(), value()) == (1, 1)
    broken: Once[int] = Once(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            broken()
