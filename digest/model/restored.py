"""What a database that is replaced by a backup knows, and what of it was carried over to the restored one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.articles import Window
from digest.model.issues import Slot
from digest.model.subscribers import SubscriberStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class PastIssue:
    """An issue of an edition of which `messages` were sent, or may have been; with 0 it was cancelled before.

    `readers` has the id and the reader's case-folded address of each message that the backup does not know of, and
    `links` the number and the address of each link to an article in them.
    """

    edition: str
    slot: Slot
    window: Window
    messages: int
    readers: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    links: tuple[tuple[int, str], ...] = ()

    @property
    def name(self) -> str:
        """The issue as people see it."""
        return f"{self.edition}/{self.slot}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A reader who gets no mail: `status` is unsubscribed or suppressed; `left_by` is stored as it is."""

    status: SubscriberStatus
    left_by: str | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """What is carried over: departures by the reader's case-folded address, and when each hash in hex was erased.

    `installation` is the same for a database and its backups; `last_delivery` is the highest id that a delivery had,
    None where that is not known.
    """

    installation: str
    last_delivery: int | None = None
    sent: tuple[PastIssue, ...] = ()
    cancelled: tuple[PastIssue, ...] = ()
    departures: Mapping[str, Departure] = field(default_factory=dict, repr=False)
    erased: Mapping[str, datetime] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfinishedRestore:
    """What was known before a dump was loaded; `load` marks the tables that are the dump's."""

    load: str
    replaced: Replaced | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was done to the restored database.

    `sent_since`: issues of which messages were sent after the backup was made, with their number; `paused`: the names
    of issues that wait for a decision; `departed` and `erased`: readers who left after it, or were erased;
    `is_foreign`: the backup was of another installation, so nothing was carried over.
    """

    sent_since: Mapping[str, int]
    paused: tuple[str, ...]
    departed: int
    erased: int
    is_foreign: bool
