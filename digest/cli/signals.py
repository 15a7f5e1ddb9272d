"""What SIGTERM, Ctrl-C and SIGHUP do to a command.

SIGHUP comes when a terminal is closed or its connection is lost; under `nohup` it stays ignored.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from digest.clock import SystemClock

_AGAIN = 0.05  # seconds until a signal is sent again whose exception was lost


class EndedBySignal(KeyboardInterrupt):
    """SIGTERM or SIGHUP came: unwinds as Ctrl-C does, which no handler of errors takes for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.exit_code = 128 + number  # as a shell shows it


def exit_code_of_signal(error: BaseException | None) -> int | None:
    """The exit code after an error that was raised while SIGTERM or SIGHUP ended the command; None for any other."""
    while error is not None and not isinstance(error, EndedBySignal):
        error = error.__context__
    return None if error is None else error.exit_code


@contextmanager
def stopped_by_signal(clock: SystemClock) -> Iterator[set[int]]:
    """Stop the clock on SIGTERM, Ctrl-C and SIGHUP during the block, so that the work in hand can be finished.

    Yields the numbers of the signals that came.
    """
    received: set[int] = set()

    def stop(number: int, _frame: FrameType | None) -> None:
        received.add(number)
        clock.stop()

    with _handled_by(stop, signal.SIGTERM, signal.SIGINT):
        yield received


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that it removes its temporary files; the next one kills.

    Does nothing in another thread than the main one, which is the only one to get signals.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise EndedBySignal(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _handled_by(end, signal.SIGTERM), _lost_signals_sent_again(end):
        yield


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Deliver SIGTERM, Ctrl-C and SIGHUP that come during the block at its end.

    For imports, during which Python often drops a handler's exception, or raises another one in its place.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _handled_by(lambda number, _frame: received.append(number), signal.SIGTERM, signal.SIGINT):
        yield
    for number in received[:1]:
        signal.raise_signal(number)


@contextmanager
def _lost_signals_sent_again(end: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Send a signal again whose exception Python drops.

    It does where the handler runs in a callback of a weak reference or in a finalizer.
    """
    before = sys.unraisablehook

    def send_again(lost: "sys.UnraisableHookArgs") -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            before(lost)
            return
        number = signal.SIGINT
        if isinstance(lost.exc_value, EndedBySignal):
            number = signal.Signals(lost.exc_value.number)
            signal.signal(number, end)
        threading.Timer(_AGAIN, os.kill, (os.getpid(), number)).start()

    sys.unraisablehook = send_again
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None], *numbers: int) -> Iterator[None]:
    """Handle these signals during the block, and SIGHUP unless it is ignored."""
    hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    before = {number: signal.signal(number, handler) for number in (*numbers, *hangup)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
