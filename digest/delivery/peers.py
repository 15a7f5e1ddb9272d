"""The processes that send from one ledger: how many there are, and what those that ended have left."""

import logging
from collections.abc import Callable
from datetime import timedelta

from digest.delivery.lease import look_interval
from digest.delivery.outage import PatientCalls
from digest.protocols import LedgerClock
from digest.store.ledger.deliveries import Deliveries

_log = logging.getLogger(__name__)

_LOOKS_BEFORE_SENDING = 2  # of the others: in this time each of them has counted us


class SenderPeers:
    """The senders as one of them, `owner`, sees them.

    `is_dead` proves an owner dead or alive, `None` where it cannot. The methods raise StoreError.
    """

    def __init__(
        self,
        ledger: Deliveries,
        owner: str,
        clock: LedgerClock,
        lease: timedelta,
        patient: PatientCalls,
        is_dead: Callable[[str], bool | None],
    ) -> None:
        self._ledger = ledger
        self._owner = owner
        self._clock = clock
        self._lease = lease
        self._patient = patient
        self._is_dead = is_dead
        self._others = 0
        self._place = 0
        self._has_joined = False  # the others know of us

    @property
    def senders(self) -> int:
        """How many there are, as of the last count, with this one."""
        return 1 + self._others

    @property
    def place(self) -> int:
        """Our place among them, by the names of the owners."""
        return self._place

    def count(self) -> None:
        """Count those that hold rows."""
        owners = self._ledger.owners(leased_at=self._clock.certain())
        others = [owner for owner in owners if owner != self._owner and self._is_dead(owner) is not True]
        self._others, self._place = len(others), sum(owner < self._owner for owner in others)

    def leave(self) -> None:
        """Start over: the others may have forgotten us."""
        self._has_joined = False

    def join(self) -> None:
        """Count the senders once they can see our claims, and give those that were here time to count us."""
        if self._has_joined:
            return
        self._has_joined = True
        self._patient.call(self.count)
        if self._others:
            self._clock.wait(_LOOKS_BEFORE_SENDING * look_interval(self._lease))

    def recover(self) -> None:
        """Release the rows of other senders that ended."""
        self._recover(lambda owner: False if owner == self._owner else self._is_dead(owner))

    def recover_with_ours(self) -> None:
        """Release these rows, and those with our own name: an earlier delivery that could not finish left them."""
        self._recover(lambda owner: True if owner == self._owner else self._is_dead(owner))

    def _recover(self, is_dead: Callable[[str], bool | None]) -> None:
        planned, unknown = self._ledger.recover(self._clock.certain(), is_dead)
        if planned or unknown:
            _log.warning("a sender ended: %d of its messages are planned again, %d are unknown", planned, unknown)
