"""How long a sender waits that has nothing to send."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from digest.delivery.idle import wait_for_work, wait_until_due
from digest.errors import StoreError
from digest.protocols import Clock
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.work_notices import WorkNotices
from tests.support.ledger import NOON, SteppingClock, never


class _Clock(SteppingClock):
    """A clock that notes its waits, and is stopped during the wait with that number."""

    def __init__(self, stopped_in: int | None = None) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._stopped_in = stopped_in

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        super().wait(seconds)
        return self.waits == self._stopped_in


@pytest.mark.parametrize(
    ("due", "stopped_in", "waits", "is_due"),
    [
        ([150.0] * 4, None, [60.0, 60.0, 30.0], True),
        ([0.0] * 2, None, [1.0], True),
        ([-5.0] * 2, None, [1.0], True),
        ([1.5] * 2, None, [1.5], True),
        ([None], None, [], False),
        ([100.0, None], None, [60.0], False),
        ([100.0, 62.0, 62.0], None, [60.0, 2.0], True),
        ([100.0], 1, [60.0], False),
    ],
)
def test_wait_until_due_looks_each_minute(
    due: Iterable[float | None], stopped_in: int | None, waits: list[float], is_due: bool
) -> None:
    """For a second at least; until a message is due, none waits, or the process is stopped."""
    moments = iter(due)
    clock = _Clock(stopped_in)

    def next_due() -> datetime | None:
        seconds = next(moments)
        return None if seconds is None else NOON + timedelta(seconds=seconds)

    assert wait_until_due(next_due, clock, never) is is_due
    assert clock.seconds == waits


def test_wait_until_due_that_is_stopped_waits_for_nothing() -> None:
    """It does not ask the ledger either."""
    assert wait_until_due(lambda: pytest.fail("it asked"), _Clock(), lambda: True) is False


class _Ledger(Deliveries):
    """A ledger in which others send, a message is due, or which is away."""

    def __init__(self, *, is_sending: bool = False, due: float | None = None, is_away: bool = False) -> None:
        self._is_sending, self._is_away = is_sending, is_away
        self._due = None if due is None else NOON + timedelta(seconds=due)

    def is_sending(self, issue_id: int | None = None) -> bool:
        if self._is_away:
            raise StoreError("it is away")
        return self._is_sending

    def next_due(self, now: datetime, issue_id: int | None = None) -> datetime | None:
        return self._due


class _Notices(WorkNotices):
    """Notices that record how long somebody waits for them."""

    waits: tuple[float, float]

    def __init__(self) -> None:
        """It needs no database."""

    def wait(self, clock: Clock, look: float, longest: float) -> None:
        self.waits = (look, longest)


@pytest.mark.parametrize(
    ("ledger", "longest"),
    [
        (_Ledger(), 30.0),
        (_Ledger(due=100), 30.0),
        (_Ledger(due=20), 20.0),
        (_Ledger(due=3), 5.0),
        (_Ledger(is_sending=True), 5.0),
        (_Ledger(is_away=True), 5.0),
    ],
)
def test_wait_for_work_lasts_until_a_message_may_be_due(ledger: _Ledger, longest: float) -> None:
    """Half a minute at most where notices arrive, and as long as a look where somebody sends or nothing is known."""
    notices = _Notices()
    wait_for_work(notices, ledger, SteppingClock(), 5.0)
    assert notices.waits == (5.0, longest)
