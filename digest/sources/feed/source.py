"""A feed as a source: RSS, RDF, Atom, CDF or JSON Feed, at a web address or in a file."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Counters, Sighting, Validators, Visit, Window
from digest.parsing.dates import is_in_future
from digest.parsing.urls import canonical_key
from digest.settings.sources import FeedSettings
from digest.sources.feed.entry import NO_TITLE, NO_URL, Entry, Parsed
from digest.sources.feed.texts import first_words
from digest.sources.fetching.fetcher import Fetcher, shown
from digest.sources.fetching.local_files import is_web, local_path, read_file
from digest.sources.sandbox import parse_within_limits
from digest.sources.sightings import FUTURE_DATE

_ACCEPT = {
    "Accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
}
_TWICE = "an item that stood there twice was taken once"


class FeedSource:
    """The articles of one feed; a relative path starts from `root`, dates without a zone are read in `zone`."""

    def __init__(self, settings: FeedSettings, *, fetcher: Fetcher, root: Path, zone: ZoneInfo) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = zone

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Ask for all that the feed holds now, whatever the window; raises FetchError, ParseError."""
        if not is_web(self._settings.url):
            file = local_path(self._settings.url, self._root)
            return self._visit(read_file(file), None, None, str(file), taken_at)
        fetched = self._fetcher.fetch(self._settings.url, validators=validators, headers=_ACCEPT)
        if fetched.not_modified:
            return Visit(unchanged=True, validators=fetched.validators)
        visit = self._visit(fetched.body, fetched.content_type, fetched.url, shown(fetched.url), taken_at)
        return replace(visit, validators=fetched.validators)

    def _visit(self, body: bytes, content_type: str | None, base: str | None, place: str, taken_at: datetime) -> Visit:
        try:
            parsed = parse_within_limits(body, content_type=content_type, base=base, zone=self._zone)
        except ParseError as error:
            raise ParseError(f"{place}: {error}") from None
        flaws = Counter(parsed.flaws)
        sightings = self._sightings(parsed, taken_at, flaws)
        return Visit(sightings=sightings, notes=tuple(_note(says, times) for says, times in flaws.items() if times))

    def _sightings(self, parsed: Parsed, taken_at: datetime, flaws: Counter[str]) -> tuple[Sighting, ...]:
        kept: dict[str, Sighting] = {}
        by_guid: dict[tuple[str, str], str] = {}
        for entry in parsed.entries:
            sighting = self._sighting(entry, taken_at, flaws)
            if sighting is None:
                continue
            key = canonical_key(sighting.url)
            if entry.guid:
                # Some feeds give all items one guid, so only the same guid with the same title is the same article.
                key = by_guid.setdefault((entry.guid, sighting.title), key)
            if key in kept:
                flaws[_TWICE] += 1
                counters = _larger(kept[key].counters, sighting.counters)
                kept[key] = replace(kept[key], counters=counters)
            else:
                kept[key] = sighting
        return tuple(kept.values())

    def _sighting(self, entry: Entry, taken_at: datetime, flaws: Counter[str]) -> Sighting | None:
        title = entry.title or first_words(entry.summary)
        if entry.url is None or not title:
            flaws[NO_TITLE if entry.url else NO_URL] += 1
            return None
        future = {date for date in (entry.published_at, entry.updated_at) if date and is_in_future(date, taken_at)}
        flaws[FUTURE_DATE] += len(future)
        return Sighting(
            source=self.name,
            role=self._settings.role,
            url=entry.url,
            title=title,
            taken_at=taken_at,
            summary=entry.summary,
            image_url=entry.image_url,
            image_credit=entry.image_credit,
            section=entry.section or self._settings.section,
            author=entry.author,
            language=entry.language or self._settings.language,
            published_at=None if entry.published_at in future else entry.published_at,
            updated_at=None if entry.updated_at in future else entry.updated_at,
            counters=entry.counters,
        )


def _larger(one: Counters, other: Counters) -> Counters:
    def larger(*told: int | None) -> int | None:
        return max((number for number in told if number is not None), default=None)

    return Counters(
        views=larger(one.views, other.views),
        comments=larger(one.comments, other.comments),
        rating=larger(one.rating, other.rating),
    )


def _note(says: str, times: int) -> str:
    return says if times == 1 else f"{says} ({times} times)"
