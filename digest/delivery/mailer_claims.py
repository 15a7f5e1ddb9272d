"""The claims of one call of the mailer: which it has, which have begun, and when it last did something."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence

from digest.model.deliveries import Claim

_LONGEST_WAIT = 10.0  # seconds without any result: the mailer may have failed


class MailerClaims:
    """Used by the mailer's thread, which takes messages, that of the journal, and that of the leases.

    `begun` are the deliveries whose messages may be in flight, `issues` those whose rows were claimed for the mailer;
    `has_released`: rows that were claimed last are planned again; `is_release_logged`: so were others since the mailer
    last did something.
    """

    def __init__(self) -> None:
        self.begun: set[int] = set()
        self.issues: set[int] = set()
        self.has_released = False
        self.is_release_logged = False
        self._with_mailer: dict[int, Claim] = {}
        self._held_back: dict[int, Claim] = {}  # claimed again, while the mailer has an older message
        self._settled = threading.Event()  # set when the mailer has fewer messages
        self._last_result = 0.0

    @property
    def by_delivery(self) -> dict[int, Claim]:
        """Those whose messages the mailer has."""
        return self._with_mailer

    def reset(self) -> None:
        """Forget all, before the next call of the mailer."""
        self._with_mailer.clear()
        self._held_back.clear()
        self.begun.clear()
        self.issues.clear()

    def add(self, claims: Sequence[Claim]) -> None:
        """Note what was claimed for the mailer."""
        self.issues.update(claim.issue_id for claim in claims)

    def is_first(self, claim: Claim) -> bool:
        """Whether the mailer may get the claim's message; else it is held back.

        After a pause longer than the lease another sender may have released a row whose message our mailer still has.
        The mailer must not get it twice, because the ledger permits a row and not a copy of its message. Such a row
        waits until the mailer has been denied the older message, at most until the delivery ends and releases it.
        """
        is_first = self._with_mailer.setdefault(claim.delivery_id, claim) is claim
        if not is_first:
            self._held_back[claim.delivery_id] = claim
        return is_first

    def take_held_back(self) -> list[Claim]:
        """The claims that were held back and can be sent now."""
        held, with_mailer = self._held_back, self._with_mailer
        return [held.pop(delivery_id) for delivery_id in list(held) if delivery_id not in with_mailer]

    def end(self, delivery_ids: Iterable[int]) -> None:
        """Note that the mailer no longer has these messages."""
        for delivery_id in delivery_ids:
            self._with_mailer.pop(delivery_id, None)
            self.begun.discard(delivery_id)
        self._settled.set()

    def wait_for_room(self, has_room: Callable[[Collection[Claim]], bool], stop: Callable[[], bool]) -> None:
        """Wait until there is room beside those that the mailer has; not for ever without results."""
        self._settled.clear()
        while not stop() and not has_room(list(self._with_mailer.values())):
            if not self._settled.wait(_LONGEST_WAIT):
                return
            self._settled.clear()

    def note_progress(self, now: float) -> None:
        """Note that the mailer began or settled a message, or that rows were claimed; `now` in seconds."""
        self._last_result = now

    def quiet_for(self, now: float) -> float:
        """The seconds since the last progress."""
        return now - self._last_result
