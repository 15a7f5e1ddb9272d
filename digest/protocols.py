"""The few sockets where parts are exchanged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.model.articles import Validators, Visit, Window
from digest.model.deliveries import Outgoing, Receipt


class Clock(Protocol):
    """Tells the time, and waits."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait; true at once when somebody asked to stop."""
        ...


class Source(Protocol):
    """A place that knows articles: a feed, a database, an API, a page."""

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        ...

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Ask once for what it knows of the window; raises SourceError. Articles outside the window may come too."""
        ...


class CounterLookup(Protocol):
    """A place that counts only what it is asked about by address, so it is asked after the sources."""

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        ...

    def for_urls(self, addresses: Sequence[str]) -> Source:
        """The source of these articles' counters."""
        ...


@dataclass(frozen=True, kw_only=True)
class SourceSet:
    """Whom one process asks."""

    sources: Sequence[Source] = ()
    counter_lookups: Sequence[CounterLookup] = ()


class Journal(Protocol):
    """The ledger as a mailer sees it: permission before the end of a message, and the receipt after it."""

    @property
    def senders(self) -> int:
        """How many processes send through the ledger now, this one included: they share what the server permits."""
        ...

    def record(self, receipts: Sequence[Receipt], messages: Sequence[Outgoing]) -> set[int]:
        """Record in one step what became of messages, and durably that the ends of others leave now.

        Answers the delivery ids of the others that may be finished.
        """
        ...


class Mailer(Protocol):
    """A way out: an SMTP server, or a folder of .eml files."""

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Send and settle every message that the iterable yields; raises MailError when the way itself is closed."""
        ...


class Comparison(Protocol):
    """Titles compared with each other: which of them tell one story, and how alike any two are."""

    @property
    def stories(self) -> Sequence[Sequence[int]]:
        """The places of the titles in groups, one for each story, singles too."""
        ...

    def alike(self, one: int, other: int) -> float:
        """How alike two titles are, 0 to 1."""
        ...


class Compare(Protocol):
    """Compares titles, with the moments when their articles were published."""

    def __call__(self, titles: Sequence[str], times: Sequence[datetime | None], /) -> Comparison:
        """The titles compared; `None` is a moment that nobody knows."""
        ...
