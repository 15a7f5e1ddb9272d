"""The clock of the demo; the real one is replaced."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.clock import DemoClock

START = datetime(2026, 11, 26, 3, 55, tzinfo=UTC)


class RealTime:
    """The seconds of `time.monotonic`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """What the clock reads."""
        return self.seconds


@pytest.fixture
def real() -> RealTime:
    """Real time, as a test lets it pass."""
    return RealTime()


@pytest.fixture
def clock(real: RealTime) -> DemoClock:
    """A clock at the start."""
    with mock.patch("time.monotonic", real):
        return DemoClock(START)


def test_clock_before_run_is_as_slow_as_a_real_one(clock: DemoClock, real: RealTime) -> None:
    """Ten seconds are ten seconds."""
    with mock.patch("time.monotonic", real):
        real.seconds += 10
        assert clock.now() == START + timedelta(seconds=10)
        assert clock.elapsed() == 10


def test_clock_running_a_day_takes_two_minutes(clock: DemoClock, real: RealTime) -> None:
    """And it can be slowed down again."""
    with mock.patch("time.monotonic", real):
        clock.run()
        real.seconds += 120
        assert clock.now() == START + timedelta(days=1)
        clock.slow_down()
        real.seconds += 60
        assert clock.now() == START + timedelta(days=1, minutes=1)


def test_clock_at_rest_is_slow_and_runs_again_later(clock: DemoClock, real: RealTime) -> None:
    """Of sixty seconds thirty pass slowly."""
    with mock.patch("time.monotonic", real):
        clock.run()
        clock.rest(30)
        at_rest = [clock.rests]
        real.seconds += 30
        at_rest.append(clock.rests)
        real.seconds += 30
        assert at_rest == [True, False]
        assert clock.now() == START + timedelta(seconds=30, hours=6)


def test_skip_to_an_earlier_moment_does_not_turn_the_clock_back(clock: DemoClock, real: RealTime) -> None:
    """To a later one it goes at once."""
    with mock.patch("time.monotonic", real):
        clock.skip_to(START - timedelta(hours=1))
        assert clock.now() == START
        clock.skip_to(START + timedelta(hours=5))
        assert clock.now() == START + timedelta(hours=5)
        assert clock.is_fast


_STEPS = st.sampled_from(["run", "slow_down", "rest", "skip_to"])


@given(steps=st.lists(st.tuples(_STEPS, st.floats(0, 1000)), max_size=12))
def test_clock_whatever_is_done_never_goes_back(steps: list[tuple[str, float]]) -> None:
    """Time passes at least as fast as in reality, and at most 720 times as fast, except for skips."""
    real = RealTime()
    with mock.patch("time.monotonic", real):
        clock = DemoClock(START)
        for step, seconds in steps:
            before = clock.now()
            if step == "rest":
                clock.rest(seconds)
            elif step == "skip_to":
                clock.skip_to(START + timedelta(seconds=seconds))
            else:
                (clock.run if step == "run" else clock.slow_down)()
            after = clock.now()
            assert after == before or step == "skip_to"
            assert after >= before
            real.seconds += seconds
            passed = (clock.now() - after).total_seconds()
            assert seconds - 1e-3 <= passed <= seconds * 720 + 1e-3


def test_wait_for_a_stopped_clock_ends_at_once(clock: DemoClock) -> None:
    """A long wait is short: it is in seconds of the demo."""
    assert not clock.wait(60)
    clock.stop()
    assert clock.wait(86_400)
