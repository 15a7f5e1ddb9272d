"""Subscribers: who reads, what they chose, and whether they get mail."""

from dataclasses import dataclass
from enum import StrEnum


class SubscriberStatus(StrEnum):
    """Whether a subscriber gets mail: only a confirmed one does."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A reader; `editions` empty means every edition, and the preferences that are `None` were not told."""

    email: str
    name: str | None = None
    language: str | None = None
    editions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    frequency: str | None = None
    timezone: str | None = None
    status: SubscriberStatus = SubscriberStatus.CONFIRMED
