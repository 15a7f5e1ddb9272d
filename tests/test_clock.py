"""The system clock: how it is stopped."""

import sys
import threading
from types import FrameType
from typing import Any

from digest.clock import SystemClock


def stopped_at(step: int, clock: SystemClock) -> bool:
    """Stop a clock in the thread that waits by it, before a line of what it executes; whether it got that far."""
    steps = iter(range(step))

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line" and next(steps, None) is None and not clock.stopped:
            sys.settrace(None)
            clock.stop()
        return trace

    sys.settrace(trace)
    try:
        clock.wait(0 if step else 60)
    finally:
        sys.settrace(None)
    return clock.stopped


def test_clock_that_a_signal_stops_anywhere_in_a_wait_is_stopped() -> None:
    """The handler runs in the thread that it interrupts: it must not wait for what that thread holds."""
    reached: list[bool] = []

    def interrupt() -> None:
        while not reached or reached[-1]:
            reached.append(stopped_at(len(reached), SystemClock()))

    thread = threading.Thread(target=interrupt, daemon=True)  # a daemon: a wait for itself never ends
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert reached[:2] == [True, True]


def test_clock_stop_ends_every_wait() -> None:
    """Of all threads, also of those that begin later; a second stop changes nothing."""
    clock, ended = SystemClock(), []
    threads = [threading.Thread(target=lambda: ended.append(clock.wait(600))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert not clock.wait(0)
    clock.stop()
    clock.stop()
    for thread in threads:
        thread.join()
    assert ended == [True] * 4
    assert clock.wait(600)


def test_clock_wait_for_a_moment_that_has_passed_ends_at_once() -> None:
    """What is left until a moment may be less than nothing."""
    assert not SystemClock().wait(-0.5)
