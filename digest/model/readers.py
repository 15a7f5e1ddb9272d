"""Readers as the console shows them: in a list, as numbers, and each with what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from digest.model.bounces import ReportClass
from digest.model.deliveries import DeliveryState
from digest.model.issues import Audience, Slot
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.model.users import AuditEntry
from digest.model.web import LeaveReason, RequestKind, SignupRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderFilter:
    """Which readers are wanted; None and an empty text want all.

    `text` is a part of the address; with `masked` only those letters of it count that a masked address shows.
    """

    status: SubscriberStatus | None = None
    audience: Audience | None = None
    text: str = ""
    masked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A subscriber with the id of their row; `changed_at`: when their status or a choice of theirs changed last.

    `suppressed_from`: the status that they had before they were suppressed, None where it is unknown.
    """

    id: int
    subscriber: Subscriber
    left_by_reader: bool
    suppressed_from: SubscriberStatus | None
    created_at: datetime
    changed_at: datetime


class Growth(NamedTuple):
    """The readers of some days: how many are new, how many left, and how many there were at the end."""

    start: datetime
    new: int
    left: int
    readers: int


class ReaderMessage(NamedTuple):
    """A message to a reader: of an issue, which has an edition, or of the system, which has a purpose."""

    edition: str | None
    purpose: str | None
    slot: Slot
    state: DeliveryState
    planned_at: datetime | None  # of mail of the system
    tried_at: datetime | None  # the last time
    code: int | None
    enhanced: str | None
    reply: str | None
    bounced_at: datetime | None


class ReaderBounce(NamedTuple):
    """What came back about a message to a reader."""

    at: datetime
    report_class: ReportClass
    status: str | None
    text: str


class ReaderAsked(NamedTuple):
    """What a reader asked for about their own data."""

    kind: RequestKind
    asked_at: datetime
    done_at: datetime | None


class ConsentNote(NamedTuple):
    """How a reader agreed who was added by hand, and the user of the console who says so."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderRecord:
    """What is known of one reader, the latest first; `signups` with the state of the message that asked.

    `folded_before`: of older messages only numbers are kept.
    """

    reader: Reader
    signups: Sequence[tuple[SignupRecord, DeliveryState]]
    consent_notes: Sequence[ConsentNote]
    messages: Sequence[ReaderMessage]
    bounces: Sequence[ReaderBounce]
    requests: Sequence[ReaderAsked]
    former_addresses: Sequence[tuple[str, datetime]]
    leave_reason: LeaveReason | None
    audit: Sequence[AuditEntry]
    folded_before: datetime | None
