"""How long a sender that has nothing to send waits until it looks at the ledger again."""

from collections.abc import Callable
from datetime import datetime

from digest.errors import StoreError
from digest.protocols import LedgerClock
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.work_notices import WorkNotices

_LONGEST = 30.0  # seconds: a notice may be lost
_LONGEST_UNTIL_DUE = 60.0  # seconds between two looks while only deferred messages are left


def wait_for_work(notices: WorkNotices, ledger: Deliveries, clock: LedgerClock, look: float) -> None:
    """Wait until there may be work: `look` seconds, or half a minute where notices of work arrive.

    While another sender holds rows it is looked for as often as without notices, because it may vanish.
    """
    try:
        due = clock.now() if ledger.is_sending() else ledger.next_due(clock.now())
    except StoreError:
        due = clock.now()
    until_due = _LONGEST if due is None else (due - clock.now()).total_seconds()
    notices.wait(clock, look, max(look, min(_LONGEST, until_due)))


def wait_until_due(next_due: Callable[[], datetime | None], clock: LedgerClock, stop: Callable[[], bool]) -> bool:
    """Wait at least a second, until a message is due; false when none waits, or on `stop`."""
    waited = False
    while not stop():
        due = next_due()
        if due is None:
            return False
        seconds = (due - clock.now()).total_seconds()
        if waited and seconds <= 0:
            return True
        if clock.wait(min(max(seconds, 1.0), _LONGEST_UNTIL_DUE)):
            return False
        waited = True
    return False
