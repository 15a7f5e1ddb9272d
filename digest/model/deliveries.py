"""Deliveries: their states, a claim on one, its message, and its result.

`Claim` (a row of the ledger that is ours) → `Outgoing` (one message to one reader) → `Receipt`. Each is created once a
message, and so is a named tuple: creating a frozen dataclass takes three times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from digest.model.issues import Slot


class DeliveryState(StrEnum):
    """The state of one message to one subscriber; `sending` and `unknown` mean "maybe sent"."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MAYBE_SENT = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN)
MAYBE_ARRIVED = (DeliveryState.SENT, DeliveryState.UNKNOWN)  # readers have such messages, or may have them


class Claim(NamedTuple):
    """A row of the ledger that this process holds: the recipient, the variant, and the token that proves the claim.

    `planned_at`: when a message of system mail was planned; None for the messages of an issue, which has one moment.
    """

    delivery_id: int
    variant_id: int
    issue_id: int
    address: str
    name: str | None
    tries: int
    token: str
    planned_at: datetime | None = None


class Outgoing(NamedTuple):
    """One message to one reader, ready to send: CRLF bytes, the envelope and the ledger's row (0: none).

    The message is the concatenation of `parts`; the parts that all readers of an issue get are shared, not copied.
    `dots`: whether a line begins with a dot; `None` if the content has not been validated as CRLF lines yet.
    """

    delivery_id: int
    token: str
    sender: str
    recipient: str
    parts: tuple[bytes, ...]
    dots: bool | None = None

    @property
    def content(self) -> bytes:
        """The whole message."""
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        """Its size in octets."""
        return sum(map(len, self.parts))


class Outcome(StrEnum):
    """The result of a message that a mailer got."""

    SENT = "sent"  # 250 to the message
    DEFERRED = "deferred"  # surely not sent; try again later
    BOUNCED = "bounced"  # a 5xx about the recipient or the message
    UNKNOWN = "unknown"  # sent, but the server never confirmed
    REFUSED = "refused"  # a 5xx about this sender (smtp/replies.py): surely not sent, the issue pauses


class ReplyClass(StrEnum):
    """What a refusal means: `hard`: there is no such mailbox; `soft`: try later; `about-us`: the sender is refused."""

    HARD = "hard"
    SOFT = "soft"
    ABOUT_US = "about-us"


class Receipt(NamedTuple):
    """A mailer's result for one message; `text` is the server's reply without addresses.

    `reply_class` is that of a refusal by the recipient's side, at RCPT or later; None for all else. A deferred message
    is tried again at `retry_at`, if that is set.
    """

    delivery_id: int
    token: str
    outcome: Outcome
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    queue_id: str | None = None
    reply_class: ReplyClass | None = None
    retry_at: datetime | None = None

    @property
    def reply(self) -> str:
        """The reply with its codes, such as `550 5.1.1 No such user`."""
        return " ".join(str(part) for part in (self.code, self.enhanced, self.text) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One row of an issue with its address: its state, the server's last reply, and when it was last tried."""

    edition: str
    slot: Slot
    address: str
    state: DeliveryState
    code: int | None
    enhanced: str | None
    text: str | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LaterMessages:
    """The messages of an issue that wait for the hour of their reader, and when the last one is due."""

    number: int
    last_due: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many messages of an issue are in each state; the parts add up to the audience.

    Of `folded` of them only the number is kept.
    """

    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    folded: int = 0

    @property
    def audience(self) -> int:
        """All messages."""
        return sum(self.counts.values())

    @property
    def summary(self) -> str:
        """The states that occur, such as `3 sent, 1 bounced`."""
        return ", ".join(f"{self[state]} {state}" for state in DeliveryState if self[state])

    @property
    def of_audience(self) -> str:
        """The states that occur and the number of all messages, such as `3 sent, 1 bounced of 4`."""
        return f"{self.summary} of {self.audience}" if self.audience else "no recipients"

    def __getitem__(self, state: DeliveryState) -> int:
        return self.counts.get(state, 0)
