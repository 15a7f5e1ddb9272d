"""JSON Feed 1 and 1.1 → entries, with the counters of extension objects such as `"_portal": {"views": 1841}`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from digest.errors import ParseError
from digest.model.articles import Counters
from digest.parsing.text import title_text
from digest.parsing.urls import web_url
from digest.sources.feed.entry import MOST_ENTRIES, TOO_MANY, Entry, Parsed, primary_language, read_counter, read_date
from digest.sources.feed.texts import author_name, first_image, paragraph, short


def parse_json_feed(text: str, *, base: str | None, zone: tzinfo) -> Parsed:
    """Understand a JSON Feed; raises ParseError for other JSON and for what is none."""
    feed = _loaded(text)
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        raise ParseError('is JSON but no JSON Feed; a JSON API is read with kind = "json"')
    items = feed.get("items")
    if not isinstance(items, list):
        raise ParseError('is a JSON Feed without its list "items"')
    flaws: Counter[str] = Counter()
    flaws[TOO_MANY] = max(0, len(items) - MOST_ENTRIES)
    reader = _Reader(feed, base or web_url(_text(feed, "home_page_url")), zone, flaws)
    made = (reader.entry(item if isinstance(item, dict) else {}) for item in items[:MOST_ENTRIES])
    return Parsed(entries=tuple(made), flaws=flaws)


class _Reader:
    def __init__(self, feed: Mapping[str, Any], base: str | None, zone: tzinfo, flaws: Counter[str]) -> None:
        self._feed = feed
        self._base = base
        self._zone = zone
        self._flaws = flaws

    def entry(self, item: Mapping[str, Any]) -> Entry:
        markup = _text(item, "content_html")
        summary = (
            paragraph(_text(item, "summary"), "text/plain")
            or paragraph(markup, "text/html")
            or paragraph(_text(item, "content_text"), "text/plain")
        )
        tags = item.get("tags")
        return Entry(
            url=self._url(item),
            title=title_text(_text(item, "title")),
            guid=str(item["id"]) if isinstance(item.get("id"), str | int | float) else None,
            summary=summary,
            image_url=self._image(item, markup),
            section=short(tags[0]) if isinstance(tags, list) and tags and isinstance(tags[0], str) else None,
            author=next((name for told in (item, self._feed) for name in _authors(told)), None),
            language=primary_language(item.get("language")) or primary_language(self._feed.get("language")),
            published_at=read_date(item.get("date_published"), self._zone, self._flaws),
            updated_at=read_date(item.get("date_modified"), self._zone, self._flaws),
            counters=self._counters(item),
        )

    def _url(self, item: Mapping[str, Any]) -> str | None:
        told = (web_url(text, self._base) for name in ("url", "external_url") if (text := _text(item, name)))
        return next((url for url in told if url), None) or web_url(_text(item, "id"))

    def _image(self, item: Mapping[str, Any], markup: str) -> str | None:
        attachments = item.get("attachments")
        attached = [
            _text(part, "url")
            for part in (attachments if isinstance(attachments, list) else [])
            if isinstance(part, dict) and _text(part, "mime_type").startswith("image/")
        ]
        named = (_text(item, "image"), _text(item, "banner_image"), *attached)
        found = (web_url(text, self._base) for text in named if text)
        return next((url for url in found if url), None) or first_image(markup, self._base)

    def _counters(self, item: Mapping[str, Any]) -> Counters:
        extensions = [value for name, value in item.items() if name.startswith("_") and isinstance(value, dict)]
        return Counters(**{name: self._counter(name, extensions) for name in ("views", "comments", "rating")})

    def _counter(self, name: str, extensions: list[dict[str, Any]]) -> int | None:
        told = (read_counter(extension.get(name), name, self._flaws) for extension in extensions)
        return next((number for number in told if number is not None), None)


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        raise ParseError("is not a feed: JSON that is nested without end") from None
    except ValueError:
        raise ParseError("is not a feed: it begins like JSON and is not valid JSON") from None


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _authors(table: Mapping[str, Any]) -> Iterator[str]:
    authors = table.get("authors")
    for author in [*(authors if isinstance(authors, list) else []), table.get("author")]:
        name = author_name(_text(author, "name")) if isinstance(author, dict) else None
        if name:
            yield name
