"""Reads bounces at intervals, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from digest.clock import SystemClock
from digest.operations.change_log import ChangeLog


@contextmanager
def reading_bounces(read: Callable[[], None] | None, every: timedelta, clock: SystemClock) -> Iterator[None]:
    """Read bounces at intervals during the block, in a thread of their own: a slow mailbox delays no issue."""
    if read is None:
        yield
        return
    reading = threading.Thread(target=_read_repeatedly, args=(read, every, clock), name="digest-bounces")
    reading.start()
    try:
        yield
    finally:
        clock.stop()
        reading.join()


def _read_repeatedly(read: Callable[[], None], every: timedelta, clock: SystemClock) -> None:
    changes = ChangeLog(clock)
    while not clock.stopped:
        try:
            read()
            changes.forget("bounces")
        except Exception as error:  # noqa: BLE001 - an unexpected error in one round must not end the reading
            changes.log_failure("bounces", "bounces were not read, will retry", error)
        clock.wait(every.total_seconds())
