"""What the readers' pages show: the reader behind a link, and the issues of the archive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from digest.model.articles import Window
from digest.model.issues import Slot
from digest.model.subscribers import Preferences, SubscriberStatus

PRESSED_AGAIN = timedelta(minutes=1)
"""How long a button may be pressed again; a browser shows the answer to the last request alone."""


class LeaveReason(StrEnum):
    """Why a reader unsubscribed."""

    TOO_MANY = "too-many"
    NOT_INTERESTING = "not-interesting"
    ELSEWHERE = "elsewhere"  # they read the news in another way
    NOT_REQUESTED = "not-requested"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedReader:
    """The reader who got a delivery, and its issue; of system mail `edition` is the purpose.

    `changed_at`: when the subscription last changed.
    """

    delivery_id: int
    edition: str
    slot: Slot
    email: str
    editions: tuple[str, ...]
    preferences: Preferences
    status: SubscriberStatus
    left_by_reader: bool
    leave_reason: LeaveReason | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """What became of a request to unsubscribe: the reader as they are now, None for a link that names nobody.

    `asks`: the link is in a message that asks something, a confirmation or a new address, and nothing was changed.
    `is_unknown`: the database has no such message; where we signed its link, it was sent after the backup that was
    restored, or is so old that its erased reader is nowhere any more.
    """

    reader: LinkedReader | None = None
    asks: bool = False
    is_unknown: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedSlot:
    """The place of an issue in the archive."""

    edition: str
    slot: Slot

    @property
    def name(self) -> str:
        """It in addresses: `daily/2026-10-01`."""
        return f"{self.edition}/{self.slot}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedIssue(ArchivedSlot):
    """An issue of the archive, as lists show it."""

    window: Window
    subject: str
    preheader: str
    frozen_at: datetime
    changed_at: datetime | None  # when an article was retracted


@dataclass(frozen=True, kw_only=True, slots=True)
class Retraction:
    """An article that was retracted, and who did it; `replacement` is where links to it in messages lead now."""

    url: str
    replacement: str | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DayArticle:
    """An article that an issue could choose; the section is None where it has none."""

    url: str
    title: str
    section: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkTarget:
    """A link of an issue, and where it leads now; None: its article was retracted."""

    issue_id: int
    number: int
    url: str | None


class LinkClicks(NamedTuple):
    """A link of an issue and how often people and programs followed it."""

    issue_id: int
    number: int
    url: str
    people: int
    machines: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What corrects an issue that was sent: plain text with an empty line between paragraphs."""

    subject: str
    text: str
    by: str
    at: datetime

    @property
    def paragraphs(self) -> list[str]:
        """Its paragraphs, each on one line."""
        parts = (" ".join(part.split()) for part in self.text.split("\n\n"))
        return [part for part in parts if part]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedContent:
    """An issue of the archive with its HTML as it was frozen, its corrections, and what comes before and after it.

    `is_day_listed`: whether there is a list of all articles of its day.
    """

    issue: ArchivedIssue
    html: str
    corrections: tuple[Correction, ...]
    earlier: ArchivedSlot | None = None
    later: ArchivedSlot | None = None
    is_day_listed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SignupRequest:
    """What a reader asked for on a page; the keys are hashes by which requests are counted.

    `editions`: none means those in the language, or all; `consents`: the texts that they agreed to, `consented_at`
    when, if that was earlier; `form_key` is empty for the portal's form.
    """

    email: str
    name: str | None = None
    editions: tuple[str, ...]
    language: str
    consents: tuple[str, ...]
    consented_at: datetime | None = None
    origin: str
    address_key: str
    network_key: str
    form_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SignupRecord:
    """A sign-up as it is stored: the proof of a reader's consent."""

    email: str
    asked_at: datetime
    confirmed_at: datetime | None
    refused_at: datetime | None
    editions: tuple[str, ...]
    language: str
    consents: tuple[str, ...]
    consented_at: datetime | None
    network: str
    origin: str


class RequestKind(StrEnum):
    """What a message about a reader's own data is for."""

    EXPORT = "export"
    ERASE = "erase"
    ADDRESS = "address"  # asks the reader for a new address
    NEW_ADDRESS = "new-address"  # asks at the new address
    MOVED = "moved"  # tells the former address; nothing is left to do


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderRequest:
    """A request that can still be carried out: the reader's address now, and the one that its message went to."""

    kind: RequestKind
    email: str
    mailed_to: str
