"""RSS, RDF, Atom and CDF → entries. feedparser understands the XML; what it gives is raw and is cleaned here."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any
from xml.sax import SAXException

import feedparser

from digest.errors import ParseError
from digest.model import Counters
from digest.sources.feed_entry import (
    BAD_DATE,
    BROKEN,
    MOST_ENTRIES,
    TOO_MANY,
    Entry,
    Parsed,
    counted,
    moment,
    primary_language,
)
from digest.sources.feed_quick import read_quickly
from digest.sources.feed_text import (
    author_name,
    first_image,
    heading,
    paragraph,
    short,
)
from digest.urls import web_url

_THREADING = "http://purl.org/syndication/thread/1.0"  # RFC 4685
_ITEM_END = re.compile(r"(?i)</(?:item|entry)\s*>")
_ROOT_END = re.compile(r"(?i)</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>")
_NOT_THE_ARTICLE = frozenset({"enclosure", "replies", "self"})
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
# What feedparser is known to raise on documents that no reader can understand.
_GIVES_UP = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def parse_xml_feed(text: str, *, base: str | None, zone: tzinfo) -> Parsed | None:
    """Understand a feed in XML, however broken; None for a document that is no feed. Raises ParseError."""
    return _quickly(text, base, zone) or _patiently(text, base, zone)


def _quickly(text: str, base: str | None, zone: tzinfo) -> Parsed | None:
    """An ordinary feed, or None where feedparser must look: it also reads dates that only it can read."""
    result = read_quickly(text, base, MOST_ENTRIES)
    if result is None:
        return None
    flaws: Counter[str] = Counter()
    reader = _Reader(result, base, zone, flaws)
    parsed = Parsed(entries=tuple(reader.entry(item) for item in result["entries"]), flaws=flaws)
    return None if flaws[BAD_DATE] else parsed


def _patiently(text: str, base: str | None, zone: tzinfo) -> Parsed | None:
    text, beyond = _first_items(text)
    headers = {"content-type": "application/xml; charset=utf-8"} | ({"content-location": base} if base else {})
    try:
        # A stream, for feedparser would open a string as an address or a file. Cleaning is ours, so it need not.
        result = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _GIVES_UP:
        raise ParseError("is not a feed that can be understood: it is broken beyond repair") from None
    if not result.get("version") and not result["entries"]:
        return None
    flaws: Counter[str] = Counter()
    if isinstance(result.get("bozo_exception"), SAXException):
        if not result["entries"] and not _ROOT_END.search(text):
            raise ParseError("is cut off before its first item")
        flaws[BROKEN] = 1
    flaws[TOO_MANY] = beyond + max(0, len(result["entries"]) - MOST_ENTRIES)
    reader = _Reader(result, base, zone, flaws)
    return Parsed(entries=tuple(reader.entry(item) for item in result["entries"][:MOST_ENTRIES]), flaws=flaws)


def _first_items(text: str) -> tuple[str, int]:
    """Cut out what stands between the last item that we want and the last one there is; the second is their number."""
    ends = [match.end() for match in _ITEM_END.finditer(text)]
    if len(ends) <= MOST_ENTRIES:
        return text, 0
    return text[: ends[MOST_ENTRIES - 1]] + text[ends[-1] :], len(ends) - MOST_ENTRIES


class _Reader:
    def __init__(self, result: Mapping[str, Any], base: str | None, zone: tzinfo, flaws: Counter[str]) -> None:
        feed = result["feed"]
        self._base = base or web_url(_text(feed, "link"))
        self._language = primary_language(_text(feed, "language"))
        self._author = author_name(_author(feed))
        self._is_atom = str(result.get("version") or "").startswith("atom")
        namespaces = result.get("namespaces", {})
        self._threading = [prefix for prefix, uri in namespaces.items() if uri == _THREADING] or ["thr"]
        self._zone = zone
        self._flaws = flaws

    def entry(self, item: Mapping[str, Any]) -> Entry:
        texts = list(_texts(item))
        published, updated = self._dates(item)
        return Entry(
            url=self._url(item),
            title=self._title(item),
            guid=_text(item, "id") or None,
            summary=next((text for value, kind in texts if (text := paragraph(value, kind))), None),
            image_url=self._image(item, texts),
            image_credit=next((short(_text(credit, "content")) for credit in _tables(item, "media_credit")), None),
            section=_section(item),
            author=author_name(_author(item)) or self._author,
            language=self._entry_language(item),
            published_at=published,
            updated_at=updated,
            counters=self._counters(item),
        )

    def _url(self, item: Mapping[str, Any]) -> str | None:
        links = _tables(item, "links")
        others = {_text(link, "href") for link in links if link.get("rel") in _NOT_THE_ARTICLE}
        main = _text(item, "link")
        told = [_text(link, "href") for link in links if link.get("rel") not in _NOT_THE_ARTICLE]
        # feedparser takes a link for the article's whatever its rel, if the address stands between the tags.
        told = [*told, main] if main in others else [main, *told]
        found = (web_url(text, self._base) for text in told if text)
        return next((url for url in found if url), None)

    def _title(self, item: Mapping[str, Any]) -> str:
        detail = _table(item, "title_detail")
        return heading(_text(item, "title"), _text(detail, "type") or "text/plain", literal=self._is_atom)

    def _dates(self, item: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
        told = {
            name: moment(_raw(item, name), _raw(item, f"{name}_parsed"), self._zone, self._flaws)
            for name in ("published", "created", "updated")
        }
        return told["published"] or told["created"] or told["updated"], told["updated"]

    def _entry_language(self, item: Mapping[str, Any]) -> str | None:
        marked = _table(item, "title_detail").get("language")
        return primary_language(_text(item, "language")) or primary_language(marked) or self._language

    def _image(self, item: Mapping[str, Any], texts: list[tuple[str, str]]) -> str | None:
        base = _text(_table(item, "title_detail"), "base") or self._base
        named = (web_url(text, base) for text in _pictures(item) if text)
        drawn = (first_image(value, base) for value, kind in texts if kind != "text/plain")
        return next((url for urls in (named, drawn) for url in urls if url), None)

    def _counters(self, item: Mapping[str, Any]) -> Counters:
        told = [_text(item, "slash_comments"), *(_text(item, f"{prefix}_total") for prefix in self._threading)]
        told += [_text(link, "count") for link in _tables(item, "links") if link.get("rel") == "replies"]
        comments = [number for text in told if (number := counted(text, self._flaws)) is not None]
        views = counted(_text(_table(item, "media_statistics"), "views"), self._flaws)
        return Counters(views=views, comments=comments[0] if comments else None)


def _texts(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The summary first, then the contents: each with its MIME type."""
    for detail in (_table(item, "summary_detail"), *_tables(item, "content")):
        value = _text(detail, "value")
        if value:
            yield value, _text(detail, "type") or "text/html"
    if not _table(item, "summary_detail") and _text(item, "summary"):
        yield _text(item, "summary"), "text/html"


def _pictures(item: Mapping[str, Any]) -> Iterator[str]:
    for media in _tables(item, "media_content"):
        kind = _text(media, "medium") or _text(media, "type")
        if kind.startswith("image") or (not kind and _text(media, "url").lower().endswith(_PICTURES)):
            yield _text(media, "url")
    for thumbnail in _tables(item, "media_thumbnail"):
        yield _text(thumbnail, "url")
    for link in _tables(item, "links"):
        if link.get("rel") == "enclosure" and _text(link, "type").startswith("image/"):
            yield _text(link, "href")
    yield _text(_table(item, "image"), "href")


def _section(item: Mapping[str, Any]) -> str | None:
    named = (short(_text(tag, "label") or _text(tag, "term")) for tag in _tables(item, "tags"))
    return next((name for name in named if name), None)


def _author(table: Mapping[str, Any]) -> str:
    return _text(_table(table, "author_detail"), "name") or _text(table, "author")


def _raw(table: Mapping[str, Any], name: str) -> Any:
    # dict.get, because feedparser's own looks for other names and warns about them.
    return dict.get(table, name) if isinstance(table, dict) else None


def _text(table: Mapping[str, Any], name: str) -> str:
    value = _raw(table, name)
    return value if isinstance(value, str) else ""


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = _raw(table, name)
    return value if isinstance(value, dict) else {}


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = _raw(table, name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
