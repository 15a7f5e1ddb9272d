"""Parses the bytes of a feed of any format into entries, or explains why it cannot."""

import re
from datetime import tzinfo

from digest.errors import ParseError
from digest.parsing.encodings.charset import as_utf8
from digest.parsing.references import with_possible_references
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.sources.feed.entry import Parsed
from digest.sources.feed.feedparser_reader import parse_ordinary_feed, parse_xml_feed
from digest.sources.feed.jsonfeed import parse_json_feed
from digest.sources.feed.opml import IS_OPML
from digest.sources.feed.texts import html_attribute, page_it_leads_to, title_of_page

_PAGE = re.compile(r"(?i)<(?:!doctype\s+html|html|head|body)\b")
_OPML = re.compile(r"(?i)(?:<!doctype\s+opml\b[^<>]{0,500}>\s{0,99})?<opml\b")
_SITEMAP = re.compile(r"<(?:[\w.-]{1,50}:)?(?:urlset|sitemapindex)\b")
_FEED = re.compile(r"(?i)<(?:rss|feed|rdf:rdf)\b")
_NOT_A_FEED = "is not a feed: neither RSS nor Atom nor JSON Feed"
_IS_SITEMAP = "is a sitemap and not a feed; look on the site for the URL of its feed"
LEADS_ELSEWHERE = "is a web page that leads to {} by a meta refresh; use that URL"
"""The error of a page that a browser leaves at once."""

_LINK = re.compile(r"(?i)<link\b([^<>]{1,2000})>")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_LONGEST_HEAD = 300_000
_IGNORED_BEFORE = "\ufeff \t\r\n\0"
_LARGEST_ORDINARY, _MOST_TAGS = 3_000_000, 150_000  # at most a second to parse


def parse_ordinary(data: bytes, *, content_type: str | None, base: str | None, zone: tzinfo) -> Parsed | None:
    """Parse a feed of moderate size that is well-formed and ordinary; None for any other."""
    if len(data) > _LARGEST_ORDINARY or data.count(b"<") > _MOST_TAGS:
        return None
    body = as_utf8(data, content_type).lstrip(_IGNORED_BEFORE.encode())
    return parse_ordinary_feed(body, base=base, zone=zone) if body.startswith(b"<") else None


def parse_text(text: str, *, base: str | None, zone: tzinfo) -> Parsed:
    """Parse any decoded feed, in whatever time it takes; raises ParseError as `parse_within_limits` does."""
    text = with_possible_references(text.lstrip(_IGNORED_BEFORE))
    if not text:
        raise ParseError("is empty")
    if text.startswith(("{", "[")):
        return parse_json_feed(text, base=base, zone=zone)
    start = _after_comments(text[:_LONGEST_HEAD])
    if _OPML.match(start):
        raise ParseError(IS_OPML)
    if _SITEMAP.match(start):
        raise ParseError(_IS_SITEMAP)
    is_page = bool(_PAGE.match(start)) and not _FEED.search(text[:_LONGEST_HEAD])
    parsed = None if is_page else parse_xml_feed(text, base=base, zone=zone)
    if parsed is None and is_page:
        raise ParseError(_web_page_error(text[:_LONGEST_HEAD], base))
    return parsed or _parse_json_behind_notices(text, base, zone)


def _parse_json_behind_notices(text: str, base: str | None, zone: tzinfo) -> Parsed:
    """The JSON Feed behind notices of PHP; raises ParseError for anything else."""
    try:
        return parse_json_feed(text, base=base, zone=zone)
    except ParseError:
        raise ParseError(_NOT_A_FEED) from None


def _after_comments(text: str) -> str:
    """What follows the XML declaration and the comments at the top, of which up to 20 are skipped."""
    for _ in range(20):
        end = "-->" if text.startswith("<!--") else "?>" if text.startswith("<?") else None
        if end is None:
            break
        text = text.partition(end)[2].lstrip()
    return text


def _web_page_error(page: str, base: str | None) -> str:
    for match in _LINK.finditer(page):
        is_feed = html_attribute(match[1], "type").lower() in _FEED_TYPES
        if is_feed and (url := web_url(html_attribute(match[1], "href"), base)):
            return f"is a web page and not a feed; its feed is {clean_line(url, 300)}"
    if other := page_it_leads_to(page, base):
        return LEADS_ELSEWHERE.format(clean_line(other, 300))
    if title := title_of_page(page):
        return f'is a web page and not a feed; look there for the URL of its feed (its title: "{title}")'
    return "is a web page and not a feed; look there for the URL of its feed"
