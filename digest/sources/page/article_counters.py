"""Counters that only an article's own page shows: a source around another one, whose articles' pages it asks.

A page is due when it was never asked, and then again whenever a tenth of its article's age has passed since. So young
articles, whose counters run, are asked often, and old ones seldom. If more than 100 are due, the most overdue come
first, and those never asked in an order drawn anew for each visit, so that a process without memory reaches all of
them in time.
"""

import logging
import queue
import threading
import time
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from digest.errors import SourceError
from digest.model.articles import Counters, Sighting, Validators, Visit, Window
from digest.parsing.charset import decoded
from digest.parsing.text import clean_line
from digest.parsing.urls import canonical_key
from digest.protocols import Source
from digest.sources.fetching.fetcher import Fetcher, redacted
from digest.sources.page.article_notes import Asked, notes_on
from digest.sources.page.limits import markup_within_limits
from digest.sources.page.source import ACCEPT
from digest.sources.page.structured_data import PageCounters

MOST_PAGES = 100
PATIENCE = 15.0
"""Seconds for all pages of a visit: with the source's own time, a round of all sources ends after 60."""

_log = logging.getLogger(__name__)

_AT_ONCE_ON_A_HOST = 2
_AT_ONCE = 8
_GIVEN_UP = 5  # pages of one host that fail one after the other: the others wait for the next visit
_PART_OF_AGE = 0.1
_YOUNGEST = timedelta(minutes=30)
_MOST_GONE = 5_000


@dataclass(slots=True)
class _Page:
    """What is remembered of an article between visits."""

    sighting: Sighting
    first_seen: datetime
    asked_at: datetime | None = None
    image_credit: str | None = None

    def overdue(self, now: datetime) -> float:
        """1 when it is due; infinity when it was never asked."""
        if self.asked_at is None:
            return float("inf")
        age = max(now - (self.sighting.published_at or self.first_seen), _YOUNGEST)
        return (now - self.asked_at) / (age * _PART_OF_AGE)

    def is_within(self, window: Window) -> bool:
        """Whether the window holds it; one that nobody dated is in none."""
        return self.sighting.published_at is not None and self.sighting.published_at in window


class ArticlePages:
    """The source `inside`, with counters read off the pages of the window's articles; `selectors` are by field.

    `written` are the addresses that the operator wrote: their hosts may be anywhere, all others must be public. What a
    selector finds replaces what the source told; what the markup tells only fills what the source left unknown.
    """

    def __init__(
        self, inside: Source, selectors: Mapping[str, str], *, fetcher: Fetcher, written: Collection[str]
    ) -> None:
        self._inside = inside
        self._selectors = selectors
        self._fetcher = fetcher
        self._written = {_service(url) for url in written}
        self._visiting = threading.Lock()  # a visit that came too late for its round may still be under way
        self._validators: Validators | None = None
        self._listed: tuple[str, ...] = ()
        self._pages: dict[str, _Page] = {}

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._inside.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Ask the source, then the pages that are due; raises SourceError where the source itself fails.

        The answer is always whole. For where the source is unchanged its articles' counters are not: so it is asked
        with the validators of the answer that is remembered here, and not with those in the store.
        """
        with self._visiting:
            return self._visit(window, taken_at)

    def _visit(self, window: Window, taken_at: datetime) -> Visit:
        visit = self._inside.visit(window, taken_at, self._validators)
        if not visit.unchanged:
            self._remember(visit.sightings, taken_at)
        self._validators = visit.validators
        self._forget(window)
        due = self._due(window, taken_at)
        asked = dict(self._ask(due[:MOST_PAGES], taken_at))
        says = {key: answer for key, answer in asked.items() if isinstance(answer, PageCounters)}
        sightings = tuple(self._sightings(says, taken_at))
        outcome = Asked(due=len(due), answers=tuple(asked.values()), selectors=self._selectors, most=MOST_PAGES)
        notes = (*visit.notes, *notes_on(outcome, PATIENCE))
        return Visit(sightings=sightings, validators=visit.validators, notes=notes)

    def _remember(self, sightings: Sequence[Sighting], taken_at: datetime) -> None:
        self._listed = tuple(dict.fromkeys(canonical_key(sighting.url) for sighting in sightings))
        for sighting in reversed(sightings):  # the first word about an article counts
            page = self._pages.setdefault(canonical_key(sighting.url), _Page(sighting, taken_at))
            page.sighting = sighting

    def _forget(self, window: Window) -> None:
        """Keep what is listed now, and of the rest what the window still holds: feeds are short, days are long."""
        listed = {key: self._pages[key] for key in self._listed}
        gone = {key: page for key, page in self._pages.items() if key not in listed and page.is_within(window)}
        self._pages = dict(list(gone.items())[-_MOST_GONE:]) | listed

    def _due(self, window: Window, taken_at: datetime) -> list[str]:
        """The pages of the window's articles (and of those that nobody dated) that are due, the most overdue first."""
        overdue = {
            key: page.overdue(taken_at)
            for key, page in self._pages.items()
            if page.sighting.published_at is None or page.is_within(window)
        }
        draw = {key: zlib.crc32(f"{taken_at.isoformat()} {key}".encode()) for key in overdue}
        return sorted((key for key in overdue if overdue[key] >= 1), key=lambda key: (-overdue[key], draw[key]))

    def _ask(self, due: Sequence[str], taken_at: datetime) -> Iterator[tuple[str, "PageCounters | SourceError"]]:
        """The answers that come in time; a page that was asked is not due again, whatever it answered."""
        round_ = _Round({key: self._pages[key].sighting.url for key in due})
        answers: queue.SimpleQueue[tuple[str, PageCounters | SourceError]] = queue.SimpleQueue()

        def work() -> None:
            for key, url in round_.pages():
                answer = self._read(url)
                round_.done(url, failed=isinstance(answer, SourceError))
                answers.put((key, answer))
            answers.put(("", PageCounters()))

        working = min(_AT_ONCE, len(due))
        for _ in range(working):
            # Daemons: what does not answer in time must not keep the visit, or the process, waiting.
            threading.Thread(target=work, name="article-pages", daemon=True).start()
        end = time.monotonic() + PATIENCE
        while working:
            try:
                key, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                round_.end()
                return
            working -= not key
            if key:
                self._pages[key].asked_at = taken_at
                yield key, answer

    def _read(self, url: str) -> "PageCounters | SourceError":
        try:
            fetched = self._fetcher.fetch(url, trusted=_service(url) in self._written, headers=ACCEPT)
            return markup_within_limits(decoded(fetched.body, fetched.content_type), fetched.url, self._selectors)
        except SourceError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever one page does, the others go on
            _log.debug("an article's page failed unexpectedly", exc_info=True)
            return SourceError(f"{redacted(url)}: failed unexpectedly: {type(error).__name__}")

    def _sightings(self, says: Mapping[str, PageCounters], taken_at: datetime) -> Iterator[Sighting]:
        """What is listed now, and what was listed before and was asked now."""
        for key in dict.fromkeys((*self._listed, *(key for key, answer in says.items() if answer.counters))):
            page, told = self._pages[key], says.get(key, PageCounters())
            page.image_credit = clean_line(told.image_credit or "", 120) or page.image_credit
            before = page.sighting if key in self._listed else replace(page.sighting, counters=Counters())
            yield replace(
                before,
                taken_at=taken_at,
                image_credit=before.image_credit or page.image_credit,
                counters=self._counters(before.counters, told.counters),
            )

    def _counters(self, before: Counters, told: Mapping[str, int]) -> Counters:
        def value(name: str, known: int | None) -> int | None:
            return told.get(name, known) if name in self._selectors or known is None else known

        return Counters(
            views=value("views", before.views),
            comments=value("comments", before.comments),
            rating=value("rating", before.rating),
        )


@dataclass
class _Round:
    """Hands out pages to several threads: in order, yet at most two of a host at once."""

    urls: Mapping[str, str]
    _left: deque[str] = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _busy: Counter[str] = field(default_factory=Counter)
    _failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self._left = deque(self.urls)

    def pages(self) -> Iterator[tuple[str, str]]:
        """The pages for one thread, key and address, until none is left for it."""
        while (key := self._next()) is not None:
            yield key, self.urls[key]

    def done(self, url: str, *, failed: bool) -> None:
        """A page has answered, or not."""
        host = _host(url)
        with self._changed:
            self._busy[host] -= 1
            self._failed[host] = self._failed[host] + 1 if failed else 0
            self._changed.notify_all()

    def end(self) -> None:
        """Override out nothing more."""
        with self._changed:
            self._left.clear()
            self._changed.notify_all()

    def _next(self) -> str | None:
        with self._changed:
            while self._left:
                self._left = deque(key for key in self._left if self._failed[_host(self.urls[key])] < _GIVEN_UP)
                for key in self._left:
                    host = _host(self.urls[key])
                    if self._busy[host] < _AT_ONCE_ON_A_HOST:
                        self._left.remove(key)
                        self._busy[host] += 1
                        return key
                if self._left:
                    self._changed.wait()
        return None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _service(url: str) -> tuple[str, int | None]:
    """Host and port of an address; http and https of one host are one service, any other port is another one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    return (parts.hostname or "").lower(), None if port in {None, 80, 443} else port
