"""A listing page as a source: its items and their fields are found by CSS selectors."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Sighting, Validators, Visit, Window
from digest.parsing.charset import decoded
from digest.parsing.counts import read_named_count, says_nothing
from digest.parsing.dates import SKEW, DatePattern
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.settings.page_source import COUNTERS
from digest.settings.sources import PageSettings
from digest.sources.feed.entry import moment
from digest.sources.fetching.documents import read_document
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.page.limits import listing_within_limits
from digest.sources.page.listing import MOST_ITEMS, Listing
from digest.sources.sightings import Readers, Rows, Words
from digest.sources.values import UnreadableError

ACCEPT = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"}

_FUTURE = "a date in the future was ignored (is timezone right?)"


class PageSource:
    """The articles, threads or counters that one page lists.

    A relative file starts from `root`, and links in it from `base`, the portal's address; `zone` is the portal's, for
    a source that names none.
    """

    def __init__(self, settings: PageSettings, *, fetcher: Fetcher, root: Path, zone: ZoneInfo, base: str) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = ZoneInfo(settings.timezone) if settings.timezone else zone
        self._base = base
        self._pattern = DatePattern.parse(settings.date_format) if settings.date_format else None

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Read all that the page lists now, whatever the window; raises FetchError, ParseError."""
        document = read_document(
            self._settings.url, fetcher=self._fetcher, root=self._root, validators=validators, headers=ACCEPT
        )
        if document.not_modified:
            return Visit(unchanged=True, validators=document.validators)
        try:
            visit = self._read(decoded(document.body, document.content_type), document.url or self._base, taken_at)
        except ParseError as error:
            raise ParseError(f"{document.place}: {error}") from None
        return replace(visit, validators=document.validators)

    def _read(self, page: str, base: str, taken_at: datetime) -> Visit:
        listing = listing_within_limits(page, self._settings.item, self._settings.fields)
        self._require_items(listing)
        reading = _Reading(self._settings, self._pattern, taken_at)
        rows = Rows(
            self._words(),
            zone=self._zone,
            base=web_url(listing.base or "", base) or base,
            taken_at=taken_at,
            readers=Readers(moment=reading.moment, count=_told, rating=_told),
        )
        sightings = tuple(reading.sightings(listing, rows))
        notes = (*reading.notes(listing), *rows.notes())
        if not sightings:
            raise ParseError(f"none of the {listing.found} items could be used: {'; '.join(notes)}")
        return Visit(sightings=sightings, notes=notes)

    def _words(self) -> Words:
        told = self._settings
        return Words(source=told.name, role=told.role, section=told.section, language=told.language, noun="item")

    def _require_items(self, listing: Listing) -> None:
        if not listing.found:
            message = "matches nothing on this page; has the page changed?"
            raise ParseError(f'sources.{self.name}.item = "{self._settings.item}": {message}')


class _Reading:
    """Turns the texts of one page's items into values, and remembers what was odd."""

    def __init__(self, settings: PageSettings, pattern: DatePattern | None, taken_at: datetime) -> None:
        self._settings = settings
        self._pattern = pattern
        self._taken_at = taken_at
        self._ahead = 0
        self._unread = ""

    def sightings(self, listing: Listing, rows: Rows) -> Iterator[Sighting]:
        """The items that can be used."""
        for item in listing.items:
            sighting = rows.sighting({name: _value(name, text) for name, text in item.items() if text.strip()})
            if sighting is not None:
                yield sighting

    def moment(self, value: object, zone: ZoneInfo) -> datetime | None:
        """A date by the pattern, else in ISO form; one that lies in the future is not believed."""
        if value is None:
            return None
        found = self._pattern.read(str(value), zone, self._taken_at) if self._pattern else None
        found = found or moment(str(value), None, zone, Counter())
        if found is None:
            self._unread = self._unread or clean_line(str(value), 40)
            raise UnreadableError
        if found > self._taken_at + SKEW:
            self._ahead += 1
            return None
        return found

    def notes(self, listing: Listing) -> Iterator[str]:
        """Selectors that matched nothing at all, items beyond the first 2,000, and dates in the future."""
        for name, selector in self._settings.fields.items():
            if not any(name in item for item in listing.items):
                yield f'{name}: "{selector}" matched nothing in {len(listing.items)} items'
        if listing.found > MOST_ITEMS:
            yield f"{listing.found - MOST_ITEMS:,} items beyond the first {MOST_ITEMS:,} were left out"
        if self._unread and self._pattern is None:
            yield f'a date such as "{self._unread}" needs date_format'
        if self._ahead:
            yield _FUTURE if self._ahead == 1 else f"{_FUTURE} ({self._ahead} times)"


def _value(name: str, text: str) -> object:
    """What a field's text means; a counter that is none stays text, and so is reported."""
    if name in {"title", "summary"}:
        return escape(text)  # it is text already, and rows expect markup
    if name not in COUNTERS:
        return text
    count = read_named_count(text, name)
    return text if count is None and not says_nothing(text) else count


def _told(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise UnreadableError
