"""The interfaces between components that can be exchanged."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from digest.model.articles import Validators, Visit, Window
from digest.model.deliveries import Outgoing, Receipt
from digest.model.pictures import StoredPicture


class Clock(Protocol):
    """The current time, and waiting."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait; returns true at once when the clock is stopped."""
        ...

    def elapsed(self) -> float:
        """The seconds since some moment in the past; they pass evenly, also where the time jumps."""
        ...


class LedgerClock(Clock, Protocol):
    """The clock by which leases and deadlines count."""

    def certain(self) -> datetime:
        """A time that has certainly come: by it leases are over and deadlines have passed."""
        ...

    def synchronize(self) -> None:
        """Compare it with the own clock, and log a difference once. Raises StoreError."""
        ...


class Listener(Protocol):
    """Gets the notices of other processes."""

    def fileno(self) -> int:
        """The descriptor that is readable once notices have arrived, or the connection is lost."""
        ...

    def take(self) -> int:
        """Take the notices that have arrived; their number. Raises StoreError when the connection is lost."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Source(Protocol):
    """A source of articles: a feed, a database, an API, a page."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        ...

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Fetch the articles of the window once; raises SourceError. Articles outside the window may be included."""
        ...


class PictureSource(Protocol):
    """Where pictures of articles come from."""

    def fetch(self, url: str, widths: Collection[int]) -> Mapping[int, StoredPicture]:
        """The picture, not wider than each width; raises SourceError."""
        ...


class CounterLookup(Protocol):
    """A service that returns counters for given URLs, queried after the sources."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        ...

    def for_urls(self, urls: Sequence[str]) -> Source:
        """The source of the counters of these articles."""
        ...


@dataclass(frozen=True, kw_only=True)
class SourceSet:
    """The sources and counter lookups of one process."""

    sources: Sequence[Source] = ()
    counter_lookups: Sequence[CounterLookup] = ()


class Journal(Protocol):
    """The ledger as used by a mailer: permission before the end of a message, and its receipt afterwards."""

    @property
    def senders(self) -> int:
        """How many processes send from the ledger now, including this one; they share the server's limits."""
        ...

    @property
    def place(self) -> int:
        """The place of this process among them, from 0."""
        ...

    @property
    def is_stopped(self) -> bool:
        """Whether no more messages may be begun; those in flight are finished."""
        ...

    def reserve_turns(self, name: str, rate: float) -> tuple[float, int]:
        """Reserve turns to send a message at `rate` a second, which all senders share by its name.

        Returns the seconds from the call to the first turn, and their number; 0: ask again then.
        """
        ...

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        """Record receipts, and durably record that the ends of `messages` are about to be sent.

        Returns the delivery ids of the messages that may be finished.
        """
        ...


class Mailer(Protocol):
    """Sends messages: to an SMTP server, or to a folder of .eml files."""

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Send and settle every message that the iterable yields; raises MailError if none can be sent."""
        ...


class Comparison(Protocol):
    """The result of comparing titles: which belong to the same story, and how similar any two are."""

    @property
    def stories(self) -> Sequence[Sequence[int]]:
        """The places of the titles grouped by story, including stories of one title."""
        ...

    def similarity(self, one: int, other: int) -> float:
        """The similarity of two titles, 0 to 1."""
        ...


class Compare(Protocol):
    """Compares titles and the times when their articles were published."""

    def __call__(self, titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        """Compare the titles; the time is None if unknown."""
        ...


class StoredMessage(NamedTuple):
    """A message of a mailbox: its key there, and its first octets."""

    key: str
    content: bytes


class Mailbox(Protocol):
    """Where returned messages are read."""

    def messages(self) -> Iterator[StoredMessage]:
        """The messages, read one by one; raises MailError."""
        ...

    def mark_done(self, keys: Collection[str]) -> None:
        """Move messages that were acted on out of the way; raises MailError."""
        ...

    def require_movable(self) -> None:
        """Raise MailError where it is known that messages cannot be moved; nothing is changed."""
        ...

    def close(self) -> None:
        """End the reading; raises MailError."""
        ...
