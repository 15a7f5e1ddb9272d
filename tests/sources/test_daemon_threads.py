"""Threads up to as many as the system permits."""

import threading
from itertools import count

import pytest

from digest.sources.daemon_threads import start_daemons


@pytest.mark.parametrize(("permitted", "started"), [(1, 1), (2, 2), (9, 3)])
def test_start_daemons_returns_how_many_started(permitted: int, started: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that waited for the others would end with its time limit."""
    done, numbers = threading.Semaphore(0), count(1)
    start = threading.Thread.start

    def start_permitted(thread: threading.Thread) -> None:
        if next(numbers) > permitted:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_permitted)
    assert start_daemons(done.release, 3, name="test") == started
    assert all(done.acquire(timeout=30) for _ in range(started))
