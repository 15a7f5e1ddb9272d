"""Jobs that run at their intervals until the clock is stopped."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine

from digest.clock import SystemClock
from digest.errors import SourceError
from digest.operations.job_timer import watch

_SEVEN = datetime(2026, 10, 1, 7, tzinfo=UTC)


class SimulatedClock:
    """A clock on which waiting advances the time, stopped after some seconds; `jumps` in seconds, by elapsed time."""

    def __init__(self, traveller: Any, seconds: float, jumps: dict[int, float] | None = None) -> None:
        self._traveller, self._left, self._jumps = traveller, seconds, dict(jumps or {})
        self._ran = 0.0

    def now(self) -> datetime:
        """The current time."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """The seconds waited."""
        return self._ran

    def wait(self, seconds: float) -> bool:
        """Advance the time."""
        assert 0 <= seconds <= 1
        self._traveller.shift(timedelta(seconds=seconds))
        self._ran += seconds
        for moment_of_jump in [one for one in self._jumps if one <= self._ran]:
            self._traveller.shift(timedelta(seconds=self._jumps.pop(moment_of_jump)))
        return self._ran >= self._left


def test_watch_failing_job_does_not_stop_others(caplog: pytest.LogCaptureFixture) -> None:
    """A known error is logged in one line, an unexpected one with a traceback, both once; all jobs run on."""
    ran: list[str] = []

    def fails(name: str, error: Exception) -> None:
        ran.append(name)
        raise error

    jobs = [
        (timedelta(seconds=10), lambda: fails("known", SourceError("the feed is gone"))),
        (timedelta(seconds=10), lambda: fails("unknown", ZeroDivisionError("unexpected"))),
        (timedelta(seconds=5), lambda: ran.append("well")),
    ]
    with time_machine.travel(_SEVEN, tick=False) as traveller, caplog.at_level(logging.ERROR):
        watch(SimulatedClock(traveller, 62), jobs)
    assert {name: ran.count(name) for name in ran} == {"known": 7, "unknown": 7, "well": 13}
    assert ran[:3] == ["known", "unknown", "well"]
    known, unknown = caplog.records
    assert (known.getMessage(), known.exc_info) == ("the feed is gone", None)
    assert "ZeroDivisionError" in str(unknown.exc_info)


@pytest.mark.parametrize("kind", [SourceError, LookupError])
def test_watch_failure_that_lasts_is_logged_once_an_hour(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """Not 1,440 times a day; after a success, and another failure, it is news."""
    errors = [*["away"] * 61, *["full"] * 2, None, "full"]

    def fail() -> None:
        if message := errors.pop(0):
            raise kind(message)

    with time_machine.travel(_SEVEN, tick=False) as traveller, caplog.at_level(logging.ERROR):
        watch(SimulatedClock(traveller, 60 * 64 + 2), [(timedelta(minutes=1), fail)])
    assert errors == []
    logged = [str(one.exc_info[1]) if one.exc_info else one.getMessage() for one in caplog.records]
    assert logged == ["away", "away", "full", "full"]


def test_watch_clock_jump_stops_no_job() -> None:
    """After a jump by an hour the next run is at most an interval away, and missed runs are not repeated."""
    for jump in (-3600.0, 3600.0):
        ran: list[str] = []
        with time_machine.travel(_SEVEN, tick=False) as traveller:
            watch(SimulatedClock(traveller, 60, {30: jump}), [(timedelta(seconds=5), lambda: ran.append("job"))])  # noqa: B023
        assert 11 <= len(ran) <= 14


def test_watch_clock_jump_within_the_longest_interval_stops_no_shorter_job() -> None:
    """Sending goes on after a jump back by an hour, although the daily upkeep would not be late."""
    ran: list[str] = []
    jobs = [(timedelta(seconds=5), lambda: ran.append("job")), (timedelta(days=1), lambda: ran.append("upkeep"))]
    with time_machine.travel(_SEVEN, tick=False) as traveller:
        watch(SimulatedClock(traveller, 60, {30: -3600.0}), jobs)
    assert 11 <= ran.count("job") <= 14


def test_watch_clock_corrected_again_and_again_stops_no_longer_job() -> None:
    """Where cron sets a clock right that gains time, a job with a longer interval than cron's is done as well."""
    ran: list[str] = []
    jobs = [(timedelta(seconds=5), lambda: ran.append("look")), (timedelta(minutes=1), lambda: ran.append("collect"))]
    jumps = dict.fromkeys(range(30, 300, 30), -10.0)
    with time_machine.travel(_SEVEN, tick=False) as traveller:
        watch(SimulatedClock(traveller, 300, jumps), jobs)
    assert 4 <= ran.count("collect") <= 6


def test_watch_waits_a_second_at_a_time_and_no_longer_than_until_a_job_is_due() -> None:
    """A request to stop is obeyed within a second, and waiting costs nothing. The job takes 0.4 s each time."""
    waits, ran = list[float](), list[datetime]()
    with time_machine.travel(_SEVEN, tick=False) as traveller:
        clock = SimulatedClock(traveller, 30)

        def waited(seconds: float) -> bool:
            waits.append(seconds)
            return SimulatedClock.wait(clock, seconds)

        def job() -> None:
            ran.append(datetime.now(UTC))
            traveller.shift(timedelta(seconds=0.4))

        with mock.patch.object(clock, "wait", waited):
            watch(clock, [(timedelta(seconds=2.5), job)])
    assert max(waits) == 1
    assert len([one for one in waits if one]) <= 40
    assert ran[:4] == [_SEVEN + timedelta(seconds=seconds) for seconds in (0, 2, 4.4, 6.8)]


def test_watch_job_of_every_second_runs_every_second() -> None:
    """A shorter interval counts as a second, which is the unit of `schedule`."""
    ran = list[datetime]()
    with time_machine.travel(_SEVEN, tick=False) as traveller:
        watch(SimulatedClock(traveller, 6), [(timedelta(seconds=0.2), lambda: ran.append(datetime.now(UTC)))])
    assert ran[:5] == [_SEVEN + timedelta(seconds=seconds) for seconds in range(5)]


def test_watch_stopped_clock_starts_no_job() -> None:
    """And every wait returns at once."""
    clock, ran = SystemClock(), list[str]()

    def stops() -> None:
        ran.append("job")
        clock.stop()

    watch(clock, [(timedelta(hours=1), stops), (timedelta(hours=1), lambda: ran.append("too late"))])
    assert ran == ["job"]
    watch(clock, [(timedelta(hours=1), lambda: ran.append("much too late"))])
    assert ran == ["job"]
    assert clock.wait(60)


def test_system_clock_is_utc() -> None:
    """And waits no longer than requested."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert not clock.wait(0)
    assert not clock.stopped
