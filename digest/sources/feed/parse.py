"""Bytes that claim to be a feed → entries, whatever the format, or one sentence why not."""

import html
import re
from datetime import UTC, tzinfo

from digest.errors import ParseError
from digest.parsing.charset import as_utf8, decoded
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.sources.feed.entry import Parsed
from digest.sources.feed.feedparser_reader import parse_ordinary_feed, parse_xml_feed
from digest.sources.feed.jsonfeed import parse_json_feed

_PAGE = re.compile(r"(?i)<(?:!doctype\s+html|html|head|body)\b")
_FEED = re.compile(r"(?i)<(?:rss|feed|rdf:rdf)\b")
_NO_FEED = "is not a feed: neither RSS nor Atom nor JSON Feed"
_LINK = re.compile(r"(?i)<link\b([^<>]{1,2000})>")
_FEED_TYPE = re.compile(r"(?i)\btype\s*=\s*[\"']?application/(?:rss\+xml|atom\+xml|feed\+json)")
_HREF = re.compile(r"""(?i)\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LOOK_AT = 300_000
_BEFORE = "\ufeff \t\r\n\0"
_MODERATE, _MOST_TAGS = 3_000_000, 150_000  # a second's work at most


def parse_feed(data: bytes, *, content_type: str | None = None, base: str | None = None, zone: tzinfo = UTC) -> Parsed:
    """Understand a feed that came from the address `base`; dates without a zone are read in `zone`.

    Raises ParseError, whose sentence lacks the name of the feed: "is empty", "is a web page and not a feed; …".
    """
    ordinary = parse_ordinary(data, content_type=content_type, base=base, zone=zone)
    return ordinary or parse_text(decoded(data, content_type), base=base, zone=zone)


def parse_ordinary(data: bytes, *, content_type: str | None, base: str | None, zone: tzinfo) -> Parsed | None:
    """Understand a feed of moderate size that is well-formed and holds nothing odd; None for any other."""
    if len(data) > _MODERATE or data.count(b"<") > _MOST_TAGS:
        return None
    body = as_utf8(data, content_type).lstrip(_BEFORE.encode())
    return parse_ordinary_feed(body, base=base, zone=zone) if body.startswith(b"<") else None


def parse_text(text: str, *, base: str | None, zone: tzinfo) -> Parsed:
    """Understand any feed that is decoded already, taking the time it needs; raises ParseError as `parse_feed` does."""
    text = text.lstrip(_BEFORE)
    if not text:
        raise ParseError("is empty")
    if text.startswith(("{", "[")):
        return parse_json_feed(text, base=base, zone=zone)
    is_page = bool(_PAGE.match(_after_comments(text[:_LOOK_AT]))) and not _FEED.search(text[:_LOOK_AT])
    parsed = None if is_page else parse_xml_feed(text, base=base, zone=zone)
    if parsed is None:
        raise ParseError(_page_says(text[:_LOOK_AT], base) if is_page else _NO_FEED)
    return parsed


def _after_comments(text: str) -> str:
    """What follows the XML declaration and the comments at the top; at most 20 of them are worth a look."""
    for _ in range(20):
        end = "-->" if text.startswith("<!--") else "?>" if text.startswith("<?") else None
        if end is None:
            break
        text = text.partition(end)[2].lstrip()
    return text


def _page_says(page: str, base: str | None) -> str:
    for match in _LINK.finditer(page):
        href = _HREF.search(match[1]) if _FEED_TYPE.search(match[1]) else None
        url = web_url(html.unescape(href[1] or href[2] or href[3] or ""), base) if href else None
        if url:
            return f"is a web page and not a feed; the feed it names is {clean_line(url, 300)}"
    return "is a web page and not a feed; look there for the address of its feed"
