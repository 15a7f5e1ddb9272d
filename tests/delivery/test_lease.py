"""The threads beside a sender: how often each does its work, and what an outage of the database means to it."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from digest.delivery.lease import LeaseRenewal, SentCount, look_interval
from digest.delivery.repeated import Repeated
from digest.errors import StoreError


class Turns:
    """In place of the event that ends a thread: it lets some turns pass, and keeps how long each was waited for."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._over = threading.Event()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self._left -= 1
        if self._left < 0:
            self._over.set()
        return self._left < 0

    def set(self) -> None:
        assert self._over.wait(30)


def _waits(repeated: Repeated, monkeypatch: pytest.MonkeyPatch, turns: int = 3) -> list[float]:
    made = Turns(turns)
    monkeypatch.setattr(repeated, "_done", made)
    with repeated:
        pass
    return made.waits


@pytest.mark.parametrize(("seconds", "interval"), [(30, 1.0), (3, 1.0), (1.5, 0.5)])
def test_look_interval_is_a_second_or_a_third_of_a_short_lease(seconds: float, interval: float) -> None:
    """A sender that vanished is noticed soon, and its lease never ends unseen."""
    assert look_interval(timedelta(seconds=seconds)) == interval


def test_sent_count_counts_soon_and_then_three_times_in_each_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first count is made after a second."""
    counts: list[bool] = []
    waits = _waits(SentCount(lambda: counts.append(True), timedelta(seconds=30)), monkeypatch)
    assert (waits, len(counts)) == ([1.0, 10.0, 10.0, 10.0], 3)


def test_lease_renewal_looks_each_second_and_renews_three_times_in_each_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look renews too: rows may have been claimed long before."""
    moments: Iterator[float] = iter(range(1000, 2000))  # one for each look, one more where it renewed
    monkeypatch.setattr("digest.delivery.lease.time", SimpleNamespace(monotonic=lambda: next(moments)))
    done: list[str] = []
    renewal = LeaseRenewal(lambda: done.append("look"), lambda: done.append("renew"), timedelta(seconds=9))
    waits = _waits(renewal, monkeypatch, turns=6)
    assert waits == [1.0] * 7
    assert done == ["renew", "look", "look", "look", "renew", "look", "look", "look"]


def test_repeated_goes_on_after_a_failure_of_the_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what was not done, once for each outage; the next turn tries again."""
    tries: list[int] = []

    def fail() -> None:
        tries.append(len(tries))
        if len(tries) != 3:
            raise StoreError("the database is away")

    with caplog.at_level(logging.WARNING):
        _waits(Repeated("test", fail, "nothing was counted", first=0.5, pause=2.0), monkeypatch, turns=5)
    assert tries == [0, 1, 2, 3, 4]
    assert caplog.messages == ["nothing was counted: the database is away"] * 2
