"""Subscribers: address, preferences and status."""

from dataclasses import dataclass
from enum import StrEnum


class SubscriberStatus(StrEnum):
    """The status of a subscriber; only confirmed ones get mail."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A subscriber; empty `editions` means every edition, and a preference of None is unset."""

    email: str
    name: str | None = None
    language: str | None = None
    editions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    frequency: str | None = None
    timezone: str | None = None
    status: SubscriberStatus = SubscriberStatus.CONFIRMED
