"""Parses JSON Feed 1 and 1.1 into entries, with the counters of extension objects: `"_portal": {"views": 1841}`."""

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo

from digest.errors import ParseError
from digest.model.articles import COUNTERS, Channel, Counters
from digest.parsing.html_text import title_text, without_second_escape
from digest.parsing.language import primary_language
from digest.parsing.lenient_json import load_lenient_json
from digest.parsing.urls import is_place_on_page, web_url
from digest.sources.article_pictures.addresses import is_avif, is_picture, usable_picture
from digest.sources.article_pictures.choice import FoundPicture, best_shown
from digest.sources.article_pictures.html_pictures import first_picture
from digest.sources.feed.entry import MOST_ENTRIES, TOO_MANY, Entry, Parsed, read_counter, read_date
from digest.sources.feed.fields import Table, base_of_links, base_of_text, tables_field, text_field
from digest.sources.feed.texts import byline, first_paragraph, is_recording, section_name


def parse_json_feed(text: str, *, base: str | None, zone: tzinfo) -> Parsed:
    """Parse a JSON Feed; raises ParseError for other JSON and for anything else."""
    feed = _load_json(text)
    if not isinstance(feed, dict) or not _is_json_feed(str(feed.get("version"))):
        raise ParseError('is JSON but not a JSON Feed; a JSON API is read with kind = "json"')
    items = feed.get("items")
    if not isinstance(items, list):
        raise ParseError('is a JSON Feed without its list "items"')
    flaws: Counter[str] = Counter()
    site = text_field(feed, "home_page_url") or text_field(feed, "feed_url")
    flaws[TOO_MANY] = max(0, len(items) - MOST_ENTRIES)
    reader = _JsonEntryBuilder(feed, base_of_links(site, base), zone, flaws)
    entries = (reader.entry(item if isinstance(item, dict) else {}) for item in items[:MOST_ENTRIES])
    channel = Channel(
        title=title_text(text_field(feed, "title")),
        url=web_url(text_field(feed, "home_page_url"), base),
        language=primary_language(feed.get("language")),
        image_url=usable_picture(text_field(feed, "icon"), base, is_channel=True),
    )
    return Parsed(entries=tuple(entries), flaws=flaws, channel=channel)


class _JsonEntryBuilder:
    def __init__(self, feed: Table, base: str | None, zone: tzinfo, flaws: Counter[str]) -> None:
        self._feed = feed
        self._base = base
        self._zone = zone
        self._flaws = flaws

    def entry(self, item: Table) -> Entry:
        markup = without_second_escape(text_field(item, "content_html"))
        title, plain = title_text(text_field(item, "title")), "text/plain"
        texts = (
            (text_field(item, "summary"), plain),
            (markup, "text/html"),
            (text_field(item, "content_text"), plain),
        )
        url = self._url(item)
        picture = self._picture(item, markup, base_of_text(url, self._base))
        published, updated = (
            read_date(item.get(name), self._zone, self._flaws) for name in ("date_published", "date_modified")
        )
        return Entry(
            url=url,
            title=title,
            guid=str(item["id"]) if isinstance(item.get("id"), str | int | float) else None,
            summary=first_paragraph(texts, title),
            image_url=picture.url,
            image_width=picture.width,
            image_height=picture.height,
            section=_section(item.get("tags")),
            author=byline(tuple(_authors(item))) or byline(tuple(_authors(self._feed))),
            language=primary_language(item.get("language")) or primary_language(self._feed.get("language")),
            published_at=published or updated,
            updated_at=updated,
            counters=self._counters(item),
        )

    def _url(self, item: Table) -> str | None:
        texts = (text_field(item, name) for name in ("url", "external_url"))
        named = (web_url(text, self._base) for text in texts if not is_place_on_page(text))
        identifier = text_field(item, "id")
        page = web_url(identifier, self._base if identifier.startswith("/") else None)
        return next((url for url in named if url), None) or page or next(self._recordings(item), None)

    def _recordings(self, item: Table) -> Iterator[str]:
        """The URLs of an episode of a podcast that has no page."""
        for part in tables_field(item, "attachments"):
            if is_recording(text_field(part, "mime_type")) and (url := web_url(text_field(part, "url"), self._base)):
                yield url

    def _picture(self, item: Table, markup: str, page: str | None) -> FoundPicture:
        attached = [
            url
            for part in tables_field(item, "attachments")
            if (url := text_field(part, "url")) and is_picture(text_field(part, "mime_type"), url)
        ]
        named = (text_field(item, "image"), text_field(item, "banner_image"), *attached)
        found = [FoundPicture(absolute) for text in named if (absolute := usable_picture(text, self._base))]
        if not found or is_avif(best_shown(found).url):
            found += [one for one in [first_picture(markup, page)] if one.url]
        return best_shown(found)

    def _counters(self, item: Table) -> Counters:
        extensions = [value for name, value in item.items() if name.startswith("_") and isinstance(value, dict)]
        return Counters(**{name: self._counter(name, extensions) for name in COUNTERS})

    def _counter(self, name: str, extensions: list[Table]) -> int | None:
        counts = (read_counter(extension.get(name), name, self._flaws) for extension in extensions)
        return next((number for number in counts if number is not None), None)


def _is_json_feed(version: str) -> bool:
    """Whether a version is that of JSON Feed: its URL, or carelessly its number."""
    return "jsonfeed.org" in version or version in {"1", "1.0", "1.1"}


def _load_json(text: str) -> object:
    try:
        return load_lenient_json(text)
    except RecursionError:
        raise ParseError("is not a feed: JSON that is nested too deeply") from None
    except ValueError:
        raise ParseError("is not a feed: it looks like JSON and is not valid") from None


def _section(tags: object) -> str | None:
    """The first tag that names something; a text is one tag."""
    listed = tags if isinstance(tags, list) else [tags]
    return next((name for tag in listed if isinstance(tag, str) and (name := section_name(tag))), None)


def _authors(table: Table) -> list[str]:
    """Version 1.1 has a list of authors, version 1 had one; careless feeds give a name or one author alone."""
    listed = [table.get("authors"), table.get("author")]
    authors = [author for value in listed for author in (value if isinstance(value, list) else [value])]
    names = (author.get("name") if isinstance(author, dict) else author for author in authors)
    return [name for name in names if isinstance(name, str)]
