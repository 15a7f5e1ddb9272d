"""What is sent and to whom: an issue of 36 KB, subscribers without end, and a ledger with both."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address
from itertools import count, islice
from pathlib import Path

from digest.message.build import SenderIdentity, encode, personalise, placeholder_links
from digest.model.articles import Window
from digest.model.deliveries import Claim
from digest.model.issues import Audience, Content, Coverage, Links, Rendered, Slot, Variant
from digest.model.subscribers import Subscriber
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.subscribers.subscribers import Subscribers

SIZE = 36_000  # octets of a message on the wire
SENDER = Address("The Harbour Gazette", "news", "gazette.example")
BASE_URL = "https://digest.gazette.example"
_TEXT = (
    "harbour council ferry breakwater museum crane night morning storm station tram budget school bridge reader letter"
    " opens closes moves returns begins again after before without under across the a of and for with new old first"
)
_WORDS = _TEXT.split()
_BATCH = 5_000


def sender_identity(secret: bytes) -> SenderIdentity:
    """Whose messages these are."""
    return SenderIdentity(sender=SENDER, portal=SENDER.display_name, secret=secret, base_url=BASE_URL)


def issue(links: Links, octets: int) -> Rendered:
    """An issue whose parts have so many octets in all, three quarters of them HTML, with the personal links in both."""
    draw = random.Random(36)
    footer = f'<p><a href="{links.view}">View</a> <a href="{links.preferences}">Choose</a></p>'
    leave = f'<p><a href="{links.unsubscribe}">Unsubscribe</a></p>'
    html = f"<html><body>{_paragraphs(draw, octets * 3 // 4)}{footer}{leave}</body></html>"
    stories = "\n".join(_sentence(draw) for _line in range(octets // 4 // 75))
    text = f"{stories}\nView: {links.view}\nUnsubscribe: {links.unsubscribe}\n"
    return Rendered(subject="The ferries return and 12 more", preheader="The museum opens", html=html, text=text)


def rendered(head: SenderIdentity, edition: str, slot: Slot) -> Rendered:
    """An issue whose messages have about `SIZE` octets on the wire."""
    links = placeholder_links(head, edition, slot)
    whole = issue(links, SIZE)
    return issue(links, SIZE * SIZE // len(message(head, edition, slot, whole)))


def message(head: SenderIdentity, edition: str, slot: Slot, content: Rendered) -> bytes:
    """The message to one reader."""
    variant = Variant(
        id=1, issue_id=1, edition=edition, slot=slot, frozen_at=datetime(2026, 10, 1, tzinfo=UTC), rendered=content
    )
    claim = Claim(delivery_id=1, variant_id=1, issue_id=1, address=address(1), name=name(1), tries=0, token="t")
    return personalise(encode(variant, head, None), claim).content


def address(number: int) -> str:
    """The address of a reader."""
    return f"reader{number}@readers{number % 50}.example"


def name(number: int) -> str:
    """The name of a reader."""
    return f"{_WORDS[number % len(_WORDS)].title()} Reader"


class Ground:
    """A database with subscribers, in which issues of any size are planned; open it in short-lived processes only."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._days = count()

    @classmethod
    @contextmanager
    def open(cls, url: str) -> "Iterator[Ground]":
        """The database at the address, brought up to date."""
        database = Database.open(url, Path("/"))
        try:
            database.migrate()
            yield cls(database)
        finally:
            database.close()

    def settle(self, sizes: Iterable[int]) -> None:
        """Add the subscribers for audiences of these sizes: who belongs to `of-500` is one of the first 500."""
        known = sorted(set(sizes))
        readers = (_subscriber(number, known) for number in range(known[-1]))
        store = Subscribers(self.database)
        while batch := list(islice(readers, _BATCH)):
            store.add_many(batch, datetime.now(UTC))

    def plan(self, size: int) -> int:
        """Freeze a new issue for an audience of that size: its id."""
        edition, slot = f"of-{size}", Slot(day=date(2026, 10, 1) + timedelta(days=next(self._days)))
        now = datetime.now(UTC)
        content = rendered(sender_identity(self.database.secret()), edition, slot)
        editions = Issues(self.database)
        window = Window(start=now - timedelta(days=1), end=now)
        issue_id = editions.open(edition, slot, window, now).id
        planned = editions.freeze(
            issue_id,
            content=Content(rendered=content, article_keys=("a",)),
            audience=Audience(edition=edition),
            coverage=Coverage(window, now),
            now=now,
            deadline=now + timedelta(hours=12),
        )
        if planned != size:
            raise RuntimeError(f"{planned} messages were planned, not {size}")
        return issue_id


def _subscriber(number: int, sizes: list[int]) -> Subscriber:
    editions = tuple(f"of-{size}" for size in sizes if number < size)
    return Subscriber(email=address(number), name=name(number), editions=editions)


def _paragraphs(draw: random.Random, octets: int) -> str:
    parts = []
    while octets > 0:
        part = f'<p style="margin: 0 0 12px; font: 16px Georgia, serif">{_sentence(draw)}</p>\n'
        octets -= len(part)
        parts.append(part)
    return "".join(parts)


def _sentence(draw: random.Random) -> str:
    return " ".join(draw.choices(_WORDS, k=12)).capitalize() + "."
