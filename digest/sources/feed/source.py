"""A feed as a source: RSS, RDF, Atom, CDF or JSON Feed, over HTTP or from a file."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import Channel, Counters, Sighting, Validators, Visit, Window
from digest.parsing.boilerplate.engine_sentences import is_invitation
from digest.parsing.canonical_key import canonical_key
from digest.parsing.dates.believable import is_in_future
from digest.parsing.language import believed_language
from digest.parsing.text import distinct_summary
from digest.parsing.urls import web_url
from digest.settings.sources import FeedSettings
from digest.sources.feed.entry import BROKEN, NO_TITLE, NO_URL, Entry, Parsed
from digest.sources.feed.leading_title import line_below_title
from digest.sources.feed.limits import parse_within_limits
from digest.sources.feed.texts import first_words
from digest.sources.fetching.documents import Document, read_document
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.fetching.whole_document import is_whole
from digest.sources.redirectors import direct_url
from digest.sources.sightings import FUTURE_DATE

_ACCEPT = {
    "Accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
}
_TWICE = "a repeated item was used once"


class FeedSource:
    """The articles of one feed; a relative path is below `root`, dates without a zone are in `zone`."""

    def __init__(self, settings: FeedSettings, *, fetcher: Fetcher, root: Path, zone: ZoneInfo) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._root = root
        self._zone = zone

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._settings.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Read all that the feed holds now, whatever the window; raises FetchError, ParseError."""
        document = read_document(
            self._settings.url, fetcher=self._fetcher, root=self._root, validators=validators, headers=_ACCEPT
        )
        if document.not_modified:
            return Visit(unchanged=True, validators=document.validators)
        parsed = self._parse(document)
        flaws = Counter(parsed.flaws)
        sightings = self._sightings(parsed, taken_at, flaws)
        notes = (*document.notes, *(_note(flaw, times) for flaw, times in flaws.items() if times))
        # A cache that keeps half a feed would call it unchanged.
        is_cut = flaws[BROKEN] and not is_whole(document.body)
        validators = None if is_cut else document.validators
        return Visit(sightings=sightings, notes=notes, validators=validators, channel=_channel(parsed))

    def _parse(self, document: Document) -> Parsed:
        try:
            return parse_within_limits(
                document.body, content_type=document.content_type, base=document.url, zone=self._zone
            )
        except ParseError as error:
            raise ParseError(f"{document.place}: {error}") from None

    def _sightings(self, parsed: Parsed, taken_at: datetime, flaws: Counter[str]) -> tuple[Sighting, ...]:
        keys = {entry.url: canonical_key(entry.url) for entry in parsed.entries if entry.url}
        shared = _shared_urls(parsed, keys)
        kept: dict[str, Sighting] = {}
        by_guid: dict[tuple[str, str], str] = {}
        for entry in parsed.entries:
            sighting = self._sighting(entry, taken_at, flaws)
            if sighting is None:
                continue
            key = keys.get(sighting.url) or canonical_key(sighting.url)
            if key in shared:
                sighting = _separate(sighting, entry.guid or entry.title, key)
                key = f"{canonical_key(sighting.url)}#{sighting.item or ''}"
            if entry.guid:
                # Some feeds give all items one guid, so only the same guid with the same title is the same article.
                key = by_guid.setdefault((entry.guid, sighting.title), key)
            if key in kept:
                flaws[_TWICE] += 1
                counters = _larger(kept[key].counters, sighting.counters)
                kept[key] = replace(kept[key], counters=counters)
            else:
                kept[key] = sighting
        guids = Counter(sighting.guid for sighting in kept.values())
        return tuple(one if guids[one.guid] == 1 else replace(one, guid=None) for one in kept.values())

    def _sighting(self, entry: Entry, taken_at: datetime, flaws: Counter[str]) -> Sighting | None:
        title = "" if is_invitation(entry.title) else entry.title
        says_something = any(map(str.isalnum, title))  # a post with a picture may be called "🖼"
        title = title if says_something else first_words(entry.summary) or title
        if entry.url is None or not title:
            flaws[NO_TITLE if entry.url else NO_URL] += 1
            return None
        future = {date for date in (entry.published_at, entry.updated_at) if date and is_in_future(date, taken_at)}
        flaws[FUTURE_DATE] += len(future)
        summary = distinct_summary(line_below_title(entry.summary, title), title)
        return Sighting(
            source=self.name,
            role=self._settings.role,
            url=direct_url(entry.url),
            title=title,
            taken_at=taken_at,
            summary=summary,
            image_url=entry.image_url,
            image_width=entry.image_width,
            image_height=entry.image_height,
            image_credit=entry.image_credit,
            section=entry.section or self._settings.section,
            author=entry.author,
            language=believed_language(entry.language, f"{title} {summary or ''}") or self._settings.language,
            published_at=None if entry.published_at in future else entry.published_at,
            updated_at=None if entry.updated_at in future else entry.updated_at,
            counters=entry.counters,
            guid=entry.guid,
        )


def _channel(parsed: Parsed) -> Channel:
    titles = " ".join(entry.title for entry in parsed.entries)
    return replace(parsed.channel, language=believed_language(parsed.channel.language, titles))


def _shared_urls(parsed: Parsed, keys: Mapping[str, str]) -> set[str]:
    """The keys of URLs that several items have whose guids and titles all differ: one link for every episode.

    Without guids it is the one link of the whole feed. `keys` are those of the URLs.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in parsed.entries:
        if entry.url:
            groups[keys[entry.url]].append(entry)
    return {key for key, entries in groups.items() if _are_separate(entries, is_only_url=len(groups) == 1)}


def _are_separate(entries: list[Entry], *, is_only_url: bool) -> bool:
    """Whether items of one URL are different articles."""
    if len(entries) == 1:  # quick path for nearly all of them
        return False
    guids, titles = {entry.guid for entry in entries if entry.guid}, {entry.title for entry in entries if entry.title}
    return len(titles) > 1 and (len(guids) > 1 or (is_only_url and not guids and len(titles) == len(entries) > 2))


def _separate(sighting: Sighting, guid: str, shared: str) -> Sighting:
    """A sighting at the URL that its guid is, if that is another one, else marked by its guid."""
    url = web_url(guid)
    if url and canonical_key(url) != shared:
        return replace(sighting, url=url)
    return replace(sighting, item=guid, guid=None)


def _larger(one: Counters, other: Counters) -> Counters:
    def larger(*counts: int | None) -> int | None:
        return max((count for count in counts if count is not None), default=None)

    return Counters(
        views=larger(one.views, other.views),
        comments=larger(one.comments, other.comments),
        rating=larger(one.rating, other.rating),
    )


def _note(flaw: str, times: int) -> str:
    return flaw if times == 1 else f"{flaw} ({times} times)"
