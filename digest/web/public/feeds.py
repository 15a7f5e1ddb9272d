"""The archive as feeds: Atom (RFC 4287) and JSON Feed 1.1, each with whole issues. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEntry:
    """One issue of a feed."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    language: str
    moment: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed: its title, the page that it is about, its own address, and its entries, the newest first."""

    id: str
    title: str
    home_url: str
    feed_url: str
    entries: Sequence[FeedEntry]


def atom(feed: Feed) -> str:
    """The feed as an Atom document."""
    return "".join(_atom_lines(feed))


def _atom_lines(feed: Feed) -> Iterator[str]:
    updated = max((entry.changed_at for entry in feed.entries), default=datetime(1970, 1, 1, tzinfo=UTC))
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{escape(feed.id)}</id><title>{escape(feed.title)}</title><updated>{_moment(updated)}</updated>\n"
    yield f"<author><name>{escape(feed.title)}</name></author>\n"
    yield f'<link rel="self" type="application/atom+xml" href={quoteattr(feed.feed_url)}/>\n'
    yield f'<link rel="alternate" type="text/html" href={quoteattr(feed.home_url)}/>\n'
    for entry in feed.entries:
        yield f"<entry xml:lang={quoteattr(entry.language)}><id>{escape(entry.id)}</id>"
        yield f"<title>{escape(entry.title)}</title>"
        yield f'<link rel="alternate" type="text/html" href={quoteattr(entry.url)}/>'
        yield f"<published>{_moment(entry.moment)}</published><updated>{_moment(entry.changed_at)}</updated>"
        if entry.summary:
            yield f"<summary>{escape(entry.summary)}</summary>"
        yield f'<content type="html">{escape(entry.html)}</content></entry>\n'
    yield "</feed>\n"


def json_feed(feed: Feed) -> str:
    """The feed as a JSON Feed document."""
    items = [
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            **({"summary": entry.summary} if entry.summary else {}),
            "content_html": entry.html,
            "date_published": _moment(entry.moment),
            "date_modified": _moment(entry.changed_at),
            "language": entry.language,
        }
        for entry in feed.entries
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.feed_url,
        "authors": [{"name": feed.title}],
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
