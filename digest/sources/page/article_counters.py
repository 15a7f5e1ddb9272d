"""Counters that only an article's own page shows: a source around another one, which fetches its articles' pages.

A page is due until it was fetched, and then again whenever a tenth of its article's age has passed. So the pages of
young articles, whose counters change fast, are fetched often, and others seldom. If more than 100 are due, the most
overdue come first, and those never fetched in an order that changes with each visit: a process that starts again for
each visit reaches all of them too.
"""

import logging
import threading
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from digest.errors import SourceError
from digest.model.articles import Channel, Counters, Sighting, Validators, Visit, Window
from digest.model.moves import has_same_title_and_date, is_same_article, own_dates
from digest.parsing.canonical_key import canonical_key
from digest.parsing.encodings.charset import decoded
from digest.parsing.text import clean_line
from digest.parsing.urls import url_service
from digest.protocols import Source
from digest.sources.feed.texts import picture_credit
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.wire_url import redacted
from digest.sources.page.article_notes import PageRound, notes_on
from digest.sources.page.details import with_details
from digest.sources.page.limits import markup_within_limits
from digest.sources.page.page_reading import PageResult, read_pages
from digest.sources.page.source import ACCEPT
from digest.sources.page.structured_data import PageCounters

MOST_PAGES = 100
ROUND_SECONDS = 15.0
"""For all pages of a visit, after the source's own time: collecting ends after 60."""

_log = logging.getLogger(__name__)

_PART_OF_AGE = 0.1
_YOUNGEST = timedelta(minutes=30)
_MOST_UNLISTED = 5_000


@dataclass(slots=True)
class _Page:
    """What is known of an article between visits."""

    sighting: Sighting
    first_seen: datetime
    fetched_at: datetime | None = None
    is_read: bool = False
    image_credit: str | None = None
    details: dict[str, str] = field(default_factory=dict)

    def overdue(self, now: datetime) -> float:
        """At least 1 when the page is due; infinity when it was never fetched."""
        if self.fetched_at is None:
            return float("inf")
        age = max(now - (self.sighting.published_at or self.first_seen), _YOUNGEST)
        return (now - self.fetched_at) / (age * _PART_OF_AGE)

    def is_within(self, window: Window) -> bool:
        """Whether the article is in the window; one without a date is in none."""
        return self.sighting.published_at is not None and self.sighting.published_at in window


class ArticlePages:
    """The source `inside`, with counters from the pages of the window's articles; `selectors` are by field.

    The hosts of `configured_urls` may be anywhere, all others must be public. What a selector finds replaces the
    source's value; what the markup has only fills values that the source left unknown.
    """

    def __init__(
        self, inside: Source, selectors: Mapping[str, str], *, fetcher: Fetcher, configured_urls: Collection[str]
    ) -> None:
        self._inside = inside
        self._selectors = selectors
        self._fetcher = fetcher
        self._trusted = {url_service(url) for url in configured_urls}
        self._visiting = threading.Lock()  # a visit that missed the end of collecting may still run
        self._validators: Validators | None = None
        self._channel = Channel()
        self._listed: tuple[str, ...] = ()
        self._pages: dict[str, _Page] = {}

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._inside.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Visit the source, then fetch the pages that are due; raises SourceError where the source itself fails.

        The visit is always complete: an unchanged source still has changing counters. So the source is visited with the
        validators of the response that is kept here, not with those in the store.
        """
        with self._visiting:
            return self._visit(window, taken_at)

    def _visit(self, window: Window, taken_at: datetime) -> Visit:
        visit = self._inside.visit(window, taken_at, self._validators)
        if not visit.unchanged:
            self._channel = visit.channel
            self._remember(visit.sightings, taken_at)
        self._validators = visit.validators
        self._forget(window)
        due = self._due(window, taken_at)
        results = dict(self._read_pages(due[:MOST_PAGES], taken_at))
        read = {key: result for key, result in results.items() if isinstance(result, PageCounters)}
        sightings = tuple(self._sightings(read, taken_at))
        round_ = PageRound(due=len(due), results=tuple(results.values()), selectors=self._selectors, limit=MOST_PAGES)
        notes = (*visit.notes, *notes_on(round_, ROUND_SECONDS))
        return Visit(sightings=sightings, validators=visit.validators, notes=notes, channel=self._channel)

    def _remember(self, sightings: Sequence[Sighting], taken_at: datetime) -> None:
        self._listed = tuple(dict.fromkeys(canonical_key(sighting.url) for sighting in sightings))
        for sighting in reversed(sightings):  # the first sighting of an article is used
            page = self._pages.setdefault(canonical_key(sighting.url), _Page(sighting, taken_at))
            page.sighting = sighting
        self._forget_moved(sightings)

    def _forget_moved(self, sightings: Sequence[Sighting]) -> None:
        """Read no page at the former address of an article that is listed at another one now."""
        dates, by_guid = own_dates(sightings), {sighting.guid: sighting for sighting in sightings if sighting.guid}
        by_title = {sighting.title: sighting for sighting in sightings if sighting.published_at in dates}
        for key in self._pages.keys() - set(self._listed):
            before = self._pages[key].sighting
            named, titled = by_guid.get(before.guid or ""), by_title.get(before.title)
            is_named = named is not None and is_same_article(before, named, dates)
            if is_named or (titled is not None and has_same_title_and_date(before, titled, dates)):
                del self._pages[key]

    def _forget(self, window: Window) -> None:
        """Keep what is listed now and what the window still holds: a feed lists fewer articles than a day has."""
        listed = {key: self._pages[key] for key in self._listed}
        unlisted = {key: page for key, page in self._pages.items() if key not in listed and page.is_within(window)}
        self._pages = dict(list(unlisted.items())[-_MOST_UNLISTED:]) | listed

    def _due(self, window: Window, taken_at: datetime) -> list[str]:
        """The due pages of the window's articles and of those without a date, the most overdue first."""
        overdue = {
            key: page.overdue(taken_at)
            for key, page in self._pages.items()
            if page.sighting.published_at is None or page.is_within(window)
        }
        shuffled = {key: zlib.crc32(f"{taken_at.isoformat()} {key}".encode()) for key in overdue}
        return sorted((key for key in overdue if overdue[key] >= 1), key=lambda key: (-overdue[key], shuffled[key]))

    def _read_pages(self, due: Sequence[str], taken_at: datetime) -> Iterator[tuple[str, PageResult]]:
        """The results that come in time; a page that was fetched is not due again, whatever the result."""
        urls = {key: self._pages[key].sighting.url for key in due}
        for key, result in read_pages(urls, self._read, ROUND_SECONDS):
            self._pages[key].fetched_at = taken_at
            yield key, result

    def _read(self, url: str) -> PageResult:
        try:
            fetched = self._fetcher.fetch(url, trusted=url_service(url) in self._trusted, headers=ACCEPT)
            if _is_front_page(fetched.url) and not _is_front_page(url):
                raise SourceError(f"{redacted(url)}: redirects to the front page")
            return markup_within_limits(decoded(fetched.body, fetched.content_type), fetched.url, self._selectors)
        except SourceError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever one page does, the others go on
            _log.debug("an article's page failed unexpectedly", exc_info=True)
            return SourceError(f"{redacted(url)}: failed unexpectedly: {type(error).__name__}")

    def _sightings(self, read: Mapping[str, PageCounters], taken_at: datetime) -> Iterator[Sighting]:
        """What is listed now, and what was listed before and has counters now."""
        for key, result in read.items():
            page = self._pages[key]
            page.is_read = True
            page.image_credit = picture_credit(clean_line(result.image_credit or "", 120)) or page.image_credit
            page.details = result.details or page.details
        repeated = self._repeated_details()
        for key in dict.fromkeys((*self._listed, *(key for key, result in read.items() if result.counters))):
            page, found = self._pages[key], read.get(key, PageCounters())
            before = page.sighting if key in self._listed else replace(page.sighting, counters=Counters())
            before = with_details(before, {k: text for k, text in page.details.items() if (k, text) not in repeated})
            yield replace(
                before,
                taken_at=taken_at,
                image_credit=before.image_credit or page.image_credit,
                page_unread=not page.is_read,
                counters=self._counters(before.counters, found.counters),
            )

    def _repeated_details(self) -> set[tuple[str, str]]:
        """Summaries and pictures of several pages: they are about the site, not about an article."""
        texts = Counter(pair for page in self._pages.values() for pair in page.details.items())
        return {pair for pair, times in texts.items() if times > 1 and pair[0] in {"summary", "image_url"}}

    def _counters(self, before: Counters, found: Mapping[str, int]) -> Counters:
        def value(name: str, known: int | None) -> int | None:
            return found.get(name, known) if name in self._selectors or known is None else known

        return Counters(
            views=value("views", before.views),
            comments=value("comments", before.comments),
            rating=value("rating", before.rating),
        )


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
