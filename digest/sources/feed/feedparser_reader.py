"""RSS, RDF, Atom and CDF → entries. feedparser understands the XML; what it gives is raw and is cleaned here."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any
from xml.sax import SAXException

import feedparser

from digest.errors import ParseError
from digest.model.articles import Counters
from digest.parsing.urls import web_url
from digest.sources.feed.entry import (
    BROKEN,
    MOST_ENTRIES,
    TOO_MANY,
    Entry,
    Parsed,
    primary_language,
    read_counter,
    read_date,
)
from digest.sources.feed.fast_reader import THREADING, read_quickly
from digest.sources.feed.texts import author_name, first_image, heading, paragraph, short

_ITEM_END = re.compile(r"(?i)</(?:item|entry)\s*>")
_ROOT_END = re.compile(r"(?i)</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>")
_NOT_THE_ARTICLE = frozenset({"enclosure", "replies", "self"})
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
# What feedparser is known to raise on documents that no reader can understand.
_GIVES_UP = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def parse_ordinary_feed(body: bytes, *, base: str | None, zone: tzinfo) -> Parsed | None:
    """Understand a feed in UTF-8 that is well-formed and holds nothing odd; None where `parse_xml_feed` must look.

    The time that it takes is proportional to its length.
    """
    result = read_quickly(body, base, MOST_ENTRIES)
    if result is None:
        return None
    flaws: Counter[str] = Counter()
    reader = _Reader(result, base, zone, flaws)
    return Parsed(entries=tuple(reader.entry(item) for item in result["entries"]), flaws=flaws)


def parse_xml_feed(text: str, *, base: str | None, zone: tzinfo) -> Parsed | None:
    """Understand a feed in XML, however broken; None for a document that is no feed. Raises ParseError."""
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
    def __init__(self, result: dict[str, Any], base: str | None, zone: tzinfo, flaws: Counter[str]) -> None:
        feed = result["feed"]
        self._base = base or web_url(_text(feed, "link"))
        self._language = primary_language(_text(feed, "language"))
        self._author = author_name(_author(feed))
        self._is_atom = str(result.get("version") or "").startswith("atom")
        namespaces = result.get("namespaces", {})
        self._totals = [f"{prefix}_total" for prefix, uri in namespaces.items() if uri == THREADING] or ["thr_total"]
        self._zone = zone
        self._flaws = flaws

    def entry(self, item: dict[str, Any]) -> Entry:
        texts, heads = _texts(item), _table(item, "title_detail")
        published, updated = self._dates(item)
        return Entry(
            url=self._url(item),
            title=heading(_text(item, "title"), _text(heads, "type") or "text/plain", literal=self._is_atom),
            guid=_text(item, "id") or None,
            summary=next((text for value, kind in texts if (text := paragraph(value, kind))), None),
            image_url=self._image(item, texts, _text(heads, "base") or self._base),
            image_credit=next((short(_text(credit, "content")) for credit in _tables(item, "media_credit")), None),
            section=_section(item),
            author=author_name(_author(item)) or self._author,
            language=primary_language(_raw(item, "language")) or self._marked(_raw(heads, "language")),
            published_at=published,
            updated_at=updated,
            counters=self._counters(item),
        )

    def _url(self, item: dict[str, Any]) -> str | None:
        main, links = _text(item, "link"), _tables(item, "links")
        # feedparser takes a link for the article's whatever its rel, if the address stands between the tags.
        is_other = any(_raw(link, "rel") in _NOT_THE_ARTICLE and _text(link, "href") == main for link in links)
        if not is_other and main and (url := web_url(main, self._base)):
            return url
        told = [_text(link, "href") for link in links if _raw(link, "rel") not in _NOT_THE_ARTICLE]
        found = (web_url(text, self._base) for text in (*told, main if is_other else "") if text)
        return next((url for url in found if url), None)

    def _dates(self, item: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
        told = {
            name: read_date(text, self._zone, self._flaws)
            for name in ("published", "created", "updated")
            if (text := _raw(item, name))
        }
        updated = told.get("updated")
        return told.get("published") or told.get("created") or updated, updated

    def _marked(self, language: object) -> str | None:
        """The language that an item's title is marked with, else the feed's."""
        return primary_language(language) or self._language

    def _image(self, item: dict[str, Any], texts: list[tuple[str, str]], base: str | None) -> str | None:
        named = (web_url(text, base) for text in _pictures(item) if text)
        drawn = (first_image(value, base) for value, kind in texts if kind != "text/plain")
        return next((url for urls in (named, drawn) for url in urls if url), None)

    def _counters(self, item: dict[str, Any]) -> Counters:
        told = [_text(item, name) for name in ("slash_comments", *self._totals)]
        told += [_text(link, "count") for link in _tables(item, "links") if _raw(link, "rel") == "replies"]
        comments = [
            number for text in told if text and (number := read_counter(text, "comments", self._flaws)) is not None
        ]
        views = read_counter(_text(_table(item, "media_statistics"), "views"), "views", self._flaws)
        return Counters(views=views, comments=comments[0] if comments else None)


def _texts(item: dict[str, Any]) -> list[tuple[str, str]]:
    """The summary first, then the contents: each with its MIME type."""
    first = _table(item, "summary_detail")
    details = (first, *_tables(item, "content"))
    texts = [(value, _text(detail, "type") or "text/html") for detail in details if (value := _text(detail, "value"))]
    if not first and (summary := _text(item, "summary")):
        texts.append((summary, "text/html"))
    return texts


def _pictures(item: dict[str, Any]) -> Iterator[str]:
    for media in _tables(item, "media_content"):
        kind = _text(media, "medium") or _text(media, "type")
        if kind.startswith("image") or (not kind and _text(media, "url").lower().endswith(_PICTURES)):
            yield _text(media, "url")
    for thumbnail in _tables(item, "media_thumbnail"):
        yield _text(thumbnail, "url")
    for link in _tables(item, "links"):
        if _raw(link, "rel") == "enclosure" and _text(link, "type").startswith("image/"):
            yield _text(link, "href")
    yield _text(_table(item, "image"), "href")


def _section(item: dict[str, Any]) -> str | None:
    for tag in _tables(item, "tags"):
        if name := short(_text(tag, "label") or _text(tag, "term")):
            return name
    return None


def _author(table: dict[str, Any]) -> str:
    whole = _text(table, "author")
    if "@" in whole and len(_tables(table, "authors")) <= 1:
        return whole  # feedparser takes an address out of it too, but only so much of it: endings of four letters
    return _text(_table(table, "author_detail"), "name") or _text(table, "author")


# dict.get, because feedparser's own looks for other names and warns about them.
_raw = dict.get
_NONE: dict[str, Any] = {}


def _text(table: dict[str, Any], name: str) -> str:
    value = _raw(table, name)
    return value if isinstance(value, str) else ""


def _table(table: dict[str, Any], name: str) -> dict[str, Any]:
    value = _raw(table, name)
    return value if isinstance(value, dict) else _NONE


def _tables(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = _raw(table, name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
