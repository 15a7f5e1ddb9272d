"""Flow control between one session and the ledger: what was submitted and is not answered yet."""

from collections.abc import Callable
from typing import Protocol

from digest.mailers.smtp.message_queue import QueuedMessage
from digest.model.deliveries import Receipt

OnAnswer = Callable[[list[QueuedMessage], set[int]], object]  # the messages of one request, and the ids that may leave
OnStored = Callable[[int], object]  # the number of receipts


class LedgerWriter(Protocol):
    """Records intents and receipts in the background."""

    def record_intents(self, requests: list[QueuedMessage], on_answer: OnAnswer) -> None:
        """Record that the ends of these messages may leave; `on_answer` gets the delivery ids that may."""
        ...

    def record_receipts(self, receipts: list[Receipt], on_stored: OnStored) -> None:
        """Record receipts; `on_stored` gets their number once they are durable."""
        ...


class LedgerBacklog:
    """Submits a session's intents and receipts, and counts those that are outstanding.

    `on_answer` is called for each answered request, `on_room` when the backlog is no longer full.
    """

    def __init__(self, limit: int, *, on_answer: OnAnswer, on_room: Callable[[], object]) -> None:
        self._limit = limit
        self._on_answer = on_answer
        self._on_room = on_room
        self._requests = 0
        self._receipts = 0

    @property
    def awaits_answers(self) -> bool:
        """Whether a request for intents is not answered yet."""
        return self._requests > 0

    @property
    def is_full(self) -> bool:
        """Whether too many receipts wait to be stored for the session to take more messages."""
        return self._receipts > self._limit

    def submit_intents(self, ledger: LedgerWriter, requests: list[QueuedMessage]) -> None:
        """Request intents."""
        self._requests += 1
        ledger.record_intents(requests, self._answered)

    def submit_receipts(self, ledger: LedgerWriter, receipts: list[Receipt]) -> None:
        """Hand over receipts to be stored."""
        self._receipts += len(receipts)
        ledger.record_receipts(receipts, self._stored)

    def _answered(self, requests: list[QueuedMessage], allowed: set[int]) -> None:
        self._requests -= 1
        self._on_answer(requests, allowed)

    def _stored(self, number: int) -> None:
        was_full = self.is_full
        self._receipts -= number
        if was_full and not self.is_full:
            self._on_room()
