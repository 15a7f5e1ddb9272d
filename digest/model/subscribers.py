"""Subscribers: address, preferences and status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class LeftBy(StrEnum):
    """Who ended a subscription; only what the operator ended can be undone by adding that reader again."""

    OPERATOR = "operator"
    READER = "reader"


class SubscriberStatus(StrEnum):
    """The status of a subscriber; only confirmed ones get mail."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


LEFT = (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED)
"""The statuses of those who left."""


class RowOutcome(StrEnum):
    """What a row of an import does to the subscribers that are known."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    LEFT = "left"  # not subscribed again: unsubscribed, suppressed or erased earlier


class RowResult(NamedTuple):
    """What a row of an import does, and the status that it states."""

    outcome: RowOutcome
    status: SubscriberStatus


class ImportedRows(NamedTuple):
    """The result of each row, and how many rows left the readers the editions that they chose on their page."""

    results: Sequence[RowResult]
    kept: int = 0


class Frequency(StrEnum):
    """How often a reader wants mail."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What a reader chose; None is unset.

    `sections`: the topics, empty for all; `hour`: no message before it, 0 to 23 in `timezone`, an IANA name;
    `paused_until`: the first day with mail again.
    """

    language: str | None = None
    sections: tuple[str, ...] = ()
    frequency: Frequency | None = None
    timezone: str | None = None
    hour: int | None = None
    paused_until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber(Preferences):
    """A subscriber with their preferences; empty `editions` means every edition."""

    email: str
    name: str | None = None
    editions: tuple[str, ...] = ()
    status: SubscriberStatus = SubscriberStatus.CONFIRMED
