"""What the reader's pages show: the reader behind a link, and the issues of the archive."""

from dataclasses import dataclass
from datetime import datetime

from digest.model.issues import Kind, Slot
from digest.model.subscribers import SubscriberStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedReader:
    """The reader who got a delivery, and its issue; of system mail `edition` is the purpose.

    `planned_at`: when the delivery was planned, of system mail only; `changed_at`: when the subscription last changed.
    """

    delivery_id: int
    kind: Kind
    edition: str
    slot: Slot
    planned_at: datetime | None
    email: str
    language: str | None
    editions: tuple[str, ...]
    status: SubscriberStatus
    left_by_reader: bool
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedIssue:
    """An issue of the archive, as lists show it."""

    edition: str
    slot: Slot
    subject: str
    preheader: str
    frozen_at: datetime

    @property
    def name(self) -> str:
        """Its place in the archive: `daily/2026-10-01`."""
        return f"{self.edition}/{self.slot}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedContent:
    """An issue of the archive with its HTML as it was frozen, and the issues before and after it."""

    issue: ArchivedIssue
    html: str
    earlier: ArchivedIssue | None = None
    later: ArchivedIssue | None = None
