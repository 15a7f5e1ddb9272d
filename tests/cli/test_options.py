"""What commands share: the signals that stop them."""

import os
import signal

import pytest

from digest.cli.options import stopped_by_signal
from digest.clock import SystemClock
from tests.support.signals import hangup_is


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stopped_by_signal_stops_the_clock_and_restores_the_handler(number: signal.Signals) -> None:
    """The work in hand is finished; afterwards the signal does what it did before."""
    with hangup_is(signal.SIG_DFL):
        before, clock = signal.getsignal(number), SystemClock()
        with stopped_by_signal(clock) as received:
            os.kill(os.getpid(), number)
            assert clock.wait(10)
        assert received == {number}
        assert signal.getsignal(number) is before


def test_stopped_by_signal_leaves_an_ignored_hangup_ignored() -> None:
    """As under `nohup`."""
    clock = SystemClock()
    with hangup_is(signal.SIG_IGN), stopped_by_signal(clock) as received:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        assert clock.wait(10)
    assert received == {signal.SIGTERM}
