"""Work side by side that takes longer than it is waited for at once."""

import threading
import time
from itertools import count

import pytest

from digest.collecting import side_by_side
from digest.collecting.side_by_side import SideBySide


def test_work_is_waited_for_beyond_the_first_looks_at_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that answers after a second is no source that does not answer."""
    monkeypatch.setattr(side_by_side, "_STOP_INTERVAL", 0.001)
    looks, answered = count(), threading.Event()

    def stop() -> bool:
        if next(looks) == 3:
            answered.set()
        return False

    def work(item: str) -> str:
        assert answered.wait(10)
        return item.upper()

    done = SideBySide(["a", "b"], work, at_once=2, name="test").run(time.monotonic() + 30, stop, stopped="stopped")

    assert dict(done) == {0: "A", 1: "B"}


def test_work_at_the_limit_of_threads_is_done_by_those_that_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """No source is left out; without any thread the round fails at once."""
    start, permitted = threading.Thread.start, count(1)

    def start_one(thread: threading.Thread) -> None:
        if next(permitted) > 1:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    items = ["a", "b", "c"]
    done = SideBySide(items, str.upper, at_once=3, name="test").run(time.monotonic() + 30, bool, stopped="stopped")
    assert dict(done) == {0: "A", 1: "B", 2: "C"}
    none = SideBySide(items, str.upper, at_once=3, name="test").run(time.monotonic() + 30, bool, stopped="stopped")
    with pytest.raises(RuntimeError, match="new thread"):
        next(none)
