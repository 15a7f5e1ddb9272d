"""The journal of messages that have no row in the ledger: test messages, and those of `digest check`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from digest.model.deliveries import Outcome, Outgoing, Receipt


@dataclass
class UnrecordedJournal:
    """Permits every message, and counts the outcomes; `reply` is that of the last one that was not accepted."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reply: str = ""
    senders: int = 1
    place: int = 0
    is_stopped: bool = False

    def reserve_turns(self, _name: str, _rate: float) -> tuple[float, int]:
        """Implement `Journal`: no other sender shares the rate."""
        return 0.0, 1

    def record(self, receipts: Iterable[Receipt], messages: Iterable[Outgoing]) -> set[int]:
        """Implement `Journal`."""
        for receipt in receipts:
            self.outcomes[receipt.outcome] += 1
            if receipt.outcome is not Outcome.SENT:
                self.reply = f"{receipt.code or ''} {receipt.text}".strip()
        return {message.delivery_id for message in messages}
