"""A database that is away while messages are sent: results stay in memory and are stored once it answers."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, islice
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from digest.clock import SystemClock
from digest.delivery import outage
from digest.delivery.outage import PatientCalls, outage_pauses
from digest.delivery.sender import Sender
from digest.delivery.sending_log import SendingLog
from digest.errors import StoreError, StoreUnavailableError
from digest.model.deliveries import Claim, DeliveryState, Receipt
from digest.model.issues import IssueState
from digest.scheduler.intervals import LOOK
from digest.scheduler.sending import _send_repeatedly
from digest.store.ledger.deliveries import Deliveries
from tests.support.ledger import NOON, Site, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import honest_server
from tests.support.store import LEASE

_S = DeliveryState
_T = TypeVar("_T")
_AWAY = StoreUnavailableError("the database is away")


class NoonClock(SystemClock):
    """A clock that shows noon and can be stopped."""

    def now(self) -> datetime:
        return NOON

    certain = now

    def synchronize(self) -> None:
        """Nothing differs."""


class UnreliableLedger(Deliveries):
    """A ledger whose calls with these numbers fail: `before` they did anything, or `after` they were committed.

    Calls count from the first one, or from the first for which `counts` is true.
    """

    def __init__(self, site: Site, *, before: Collection[int] = (), after: Collection[int] = ()) -> None:
        super().__init__(site.database)
        self.counts: Callable[[], bool] = lambda: True
        self.away: Callable[[], None] = lambda: None  # called at each failure
        self._before, self._after = before, after
        self._calls = count(1)
        self._has_begun = False
        self._lock = threading.Lock()

    def record(self, receipts: Sequence[Receipt], messages: Sequence[tuple[int, str]], **more: Any) -> set[int]:
        return self._called(lambda: super(UnreliableLedger, self).record(receipts, messages, **more))

    def claim(
        self, limit: int, *, owner: str, now: datetime, lease: timedelta, issues: Collection[int] | None = None
    ) -> list[Claim]:
        claims = super().claim
        return self._called(lambda: claims(limit, owner=owner, now=now, lease=lease, issues=issues))

    def _called(self, action: Callable[[], _T]) -> _T:
        with self._lock:
            self._has_begun = self._has_begun or self.counts()
            number = next(self._calls) if self._has_begun else 0
            if number in self._before:
                self.away()
                raise _AWAY
            result = action()
            if number in self._after:
                self.away()
                raise _AWAY
            return result


def _sender(site: Site, ledger: Deliveries, port: int) -> Sender:
    return replace(site.sender(mailer_for(port, connections=3), batch=7), ledger=ledger)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("first", range(1, 9))
def test_sender_database_away_at_any_call_leaves_nothing_unknown(site: Site, moment: str, first: int) -> None:
    """Three calls in a row fail, uncommitted or committed: one delivery still sends everything, once."""
    calls = range(first, first + 3)
    ledger = UnreliableLedger(site, **{moment: calls})
    with honest_server() as (port, log):
        _sender(site, ledger, port).deliver(stop=never)
    assert site.counts == {_S.SENT: 40}
    assert site.state is IssueState.DONE
    assert set(log.copies.values()) == {1}


def test_sender_rows_recovered_during_an_outage_are_sent_by_its_receipts(site: Site) -> None:
    """Another sender takes over meanwhile: what we sent is proven by our receipts, and nobody gets it twice."""
    ledger = UnreliableLedger(site, before=range(1, 6))
    ledger.counts = lambda: site.counts.get(_S.SENDING, 0) > 0  # else nothing may be in flight on a busy machine
    taken_over: list[tuple[int, int]] = []

    def recover() -> None:
        taken_over.append(site.ledger.recover(NOON + timedelta(hours=1), lambda _owner: None))

    ledger.away = recover
    with honest_server() as (port, log):
        for _turn in range(2):
            _sender(site, ledger, port).deliver(stop=never)
    assert sum(unknown for _planned, unknown in taken_over) > 0
    assert site.counts == {_S.SENT: 40}
    assert set(log.copies.values()) == {1}


def test_record_repeated_permits_again_what_its_token_began(site: Site) -> None:
    """A permission whose answer was lost is given again: to its token alone, and not once the row is unknown."""

    def permitted(pairs: Sequence[tuple[int, str]], *, repeated: bool) -> set[int]:
        return site.ledger.record([], pairs, now=NOON, lease=LEASE, next_try=lambda _tries: None, repeated=repeated)

    pairs = [(one.delivery_id, one.token) for one in site.ledger.claim(2, owner="one", now=NOON, lease=LEASE)]
    ids = {delivery_id for delivery_id, _token in pairs}
    assert permitted(pairs, repeated=False) == ids
    assert permitted(pairs, repeated=False) == set()
    assert permitted(pairs, repeated=True) == ids
    assert permitted([(delivery_id, "another:token") for delivery_id in ids], repeated=True) == set()
    site.ledger.recover(NOON, lambda _owner: True)
    assert permitted(pairs, repeated=True) == set()
    assert site.counts == {_S.PLANNED: 38, _S.UNKNOWN: 2}


def test_sender_stopped_during_an_outage_ends_with_the_error(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It gives up once it was stopped, and the next start recovers; the outage is one line of the log."""
    monkeypatch.setattr(outage, "_PATIENCE", 0.0)
    ledger = UnreliableLedger(site, before=range(4, 1000))
    clock = NoonClock()
    ledger.away = clock.stop
    with honest_server() as (port, log):
        with pytest.raises(StoreUnavailableError):
            replace(_sender(site, ledger, port), clock=clock).deliver(stop=lambda: clock.stopped)
        site.sender(mailer_for(port)).deliver(stop=never)
    counts = Counter(site.counts)
    assert counts[_S.SENT] + counts[_S.UNKNOWN] == 40
    assert max(log.copies.values()) == 1
    lines = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert lines == [f"sending waits until the database answers, and keeps its results: {_AWAY}"]


class WaitingClock(SystemClock):
    """A clock that notes how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.stopped


def test_patient_calls_pauses_are_two_seconds_at_most() -> None:
    """What lost hosts had claimed waits for the others to continue; the first call is not repeated, the others are."""
    clock = WaitingClock()
    calls: list[bool] = []

    def action(repeated: bool) -> str:
        calls.append(repeated)
        if len(calls) <= 5:
            raise _AWAY
        return "stored"

    assert PatientCalls(clock).call_repeatable(action) == "stored"
    assert clock.waits == [1, 2, 2, 2, 2] == list(islice(outage_pauses(), 5))
    assert calls == [False, True, True, True, True, True]


def test_patient_calls_other_store_errors_are_raised_at_once() -> None:
    """A full disk or a broken file is for the operator, not for another attempt."""
    clock = WaitingClock()

    def action() -> None:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full"):
        PatientCalls(clock).call(action)
    assert not clock.waits


def test_sending_after_an_outage_is_retried_within_seconds(site: Site) -> None:
    """A delivery that begins while the database is away is tried again after 1 second, and then every two."""

    class Clock(WaitingClock):
        def wait(self, seconds: float) -> bool:
            if len(self.waits) == 5:
                self.stop()
            return super().wait(seconds)

    clock = Clock()

    class Away(Sender):
        def deliver(self, **_more: Any) -> None:
            if len(clock.waits) < 5:
                raise _AWAY

        def wait_for_work(self, seconds: float) -> None:
            clock.wait(seconds)

    sender = site.sender(mailer_for(1))
    away = Away(**{name: getattr(sender, name) for name in sender.__dataclass_fields__})
    _send_repeatedly(away, clock, SendingLog(issues=sender.issues), lambda: True, outage=None)
    assert clock.waits == [1, 2, 2, 2, 2, LOOK.total_seconds()]


def test_patient_calls_once_stopped_give_up_ten_seconds_after_the_first_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not a moment earlier, however long the machine has been up; after an answer the time begins again."""
    now = 500_000.0
    clock = WaitingClock()
    clock.stop()
    calls = PatientCalls(clock)
    failures: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    def fail() -> None:
        failures.append(now)
        raise _AWAY

    monkeypatch.setattr("digest.delivery.outage.time", SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    for _outage in range(2):
        failures.clear()
        with pytest.raises(StoreUnavailableError):
            calls.call(fail)
        assert failures[-1] - failures[0] == 10.0
        answers = iter([_AWAY, None])

        def answer(answers: Iterator[StoreUnavailableError | None] = answers) -> None:
            if (error := next(answers)) is not None:
                raise error

        now -= 1  # the answer comes before the patience of this outage is over
        calls.call(answer)
