"""A listing page as a source: its items and their fields are found by CSS selectors."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Sighting, Validators, Visit, Window
from digest.model.quantities import counted
from digest.parsing.dates.patterns import DatePattern
from digest.parsing.encodings.charset import decoded
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.settings.sources import PageSettings
from digest.sources.feed.parse import LEADS_ELSEWHERE
from digest.sources.feed.texts import page_it_leads_to, title_of_page
from digest.sources.fetching.documents import read_document
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.page.limits import listing_within_limits
from digest.sources.page.listing import MOST_ITEMS, Listing
from digest.sources.page.relative_dates import relative_moment
from digest.sources.sightings import SightingBuilder
from digest.sources.values import UnreadableError, read_moment

_STATED, _PROSE = "@datetime", "@text"
ACCEPT = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"}


class PageSource:
    """The articles, threads or counters that one page lists.

    A relative file starts from `root`, and links in it from `base`, the portal's address; `zone` is the portal's, for
    a source that names none.
    """

    def __init__(self, settings: PageSettings, *, fetcher: Fetcher, root: Path, zone: ZoneInfo, base: str) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = settings.zone_or(zone)
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
            visit = self._read_listing(
                decoded(document.body, document.content_type), document.url or self._base, taken_at
            )
        except ParseError as error:
            raise ParseError(f"{document.place}: {error}") from None
        return replace(visit, validators=document.validators, notes=(*document.notes, *visit.notes))

    def _read_listing(self, page: str, base: str, taken_at: datetime) -> Visit:
        listing = listing_within_limits(page, self._settings.item, self._settings.fields, base)
        if not listing.found and (other := page_it_leads_to(page, base)):
            raise ParseError(LEADS_ELSEWHERE.format(clean_line(other, 300)))
        self._require_items(listing, page)
        reading = _Reading(self._settings, self._pattern, taken_at)
        builder = SightingBuilder(
            self._settings,
            noun="item",
            zone=self._zone,
            base=web_url(listing.base or "", base) or base,
            taken_at=taken_at,
            read_moment=reading.moment,
        )
        sightings = tuple(reading.sightings(listing, builder))
        notes = (*reading.notes(listing), *builder.notes())
        if not sightings:
            none = "the only item could not" if listing.found == 1 else f"none of the {listing.found} items could"
            raise ParseError(f"{none} be used: {'; '.join(notes)}")
        return Visit(sightings=sightings, notes=notes)

    def _require_items(self, listing: Listing, page: str) -> None:
        if not listing.found:
            message = "matches nothing on this page; has the page changed, or does a script fill it?"
            if title := title_of_page(page):
                message = (
                    "matches nothing on this page; has the page changed, or does a script fill it?"
                    f' (its title: "{title}")'
                )
            raise ParseError(f'sources.{self.name}.item = "{self._settings.item}": {message}')


class _Reading:
    """Turns the texts of one page's items into values, and collects what was odd."""

    def __init__(self, settings: PageSettings, pattern: DatePattern | None, taken_at: datetime) -> None:
        self._settings = settings
        self._pattern = pattern
        self._taken_at = taken_at
        self._unread = ""
        self._prose: dict[str, str] = {}

    def sightings(self, listing: Listing, builder: SightingBuilder) -> Iterator[Sighting]:
        """The items that can be used."""
        for item in listing.items:
            self._note_prose(item)
            texts = {name: text for name, text in item.items() if "@" not in name and text.strip()} | self._stated(item)
            sighting = builder.build({name: _value(name, text) for name, text in texts.items()})
            if sighting is not None:
                yield sighting

    def _stated(self, item: Mapping[str, str]) -> dict[str, str]:
        """The moments that the page states for programs, which count unless a pattern is for the text that is shown."""
        return {
            name.removesuffix(_STATED): text
            for name, text in item.items()
            if name.endswith(_STATED) and self._pattern is None
        }

    def _note_prose(self, item: Mapping[str, str]) -> None:
        """Remember the text of an element, such as "Read more", that is there instead of an address."""
        for name, text in item.items():
            if name.endswith(_PROSE) and text:
                self._prose.setdefault(name.removesuffix(_PROSE), clean_line(text, 40))

    def moment(self, value: object, zone: ZoneInfo) -> datetime | None:
        """A date by the pattern, else a relative one, else as `parse_moment` reads it; raises UnreadableError."""
        text = str(value or "")
        try:
            moment = self._pattern.read(text, zone, self._taken_at) if self._pattern else None
            if moment is None and self._pattern and self._pattern.finds_date(text):
                raise UnreadableError  # what the whole text means contradicts the pattern
            return moment or relative_moment(text, zone, self._taken_at) or read_moment(text, zone)
        except UnreadableError:
            self._unread = self._unread or clean_line(text, 40)
            raise

    def notes(self, listing: Listing) -> Iterator[str]:
        """Selectors that matched nothing at all, items beyond the first 2,000, and a date that needs a pattern."""
        for name, selector in self._settings.fields.items():
            if not any(name in item or f"{name}{_PROSE}" in item for item in listing.items):
                yield f'{name}: "{selector}" matched nothing in {counted(len(listing.items), "item")}'
        for name, text in self._prose.items():
            yield f'{name}: "{text}" is not an address; expected a link or its attribute, such as "a@href"'
        if listing.found > MOST_ITEMS:
            yield f"{listing.found - MOST_ITEMS:,} items beyond the first {MOST_ITEMS:,} were left out"
        if self._unread and self._pattern is None:
            yield f'a date such as "{self._unread}" needs date_format'


def _value(name: str, text: str) -> str:
    """A field's text; a title and a summary are text already, where a sighting is made of markup."""
    return escape(text) if name in {"title", "summary"} else text
