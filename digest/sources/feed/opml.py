"""Reads OPML, the lists of feeds that feed readers export (http://opml.org/spec2.opml)."""

import re
from dataclasses import dataclass

from lxml import etree

from digest.errors import ParseError
from digest.parsing.text import title_text
from digest.parsing.urls import web_url, with_web_scheme

IS_OPML = "is a list of feeds (OPML); add each of its feeds as a source, or give the list to `digest preview --feed`"
MOST_FEEDS = 200

_FEED_TYPES = frozenset({"rss", "atom", "feed"})
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?=[/?:]|$)")
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,20};)")  # in URLs with several parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedList:
    """The title of a list (empty if it has none), the URLs of its feeds, each once, and how many more it has."""

    title: str
    urls: tuple[str, ...]
    left_out: int = 0


def read_opml(body: bytes) -> FeedList:
    """The feeds of a list, also of one that is not well-formed, up to MOST_FEEDS; raises ParseError for none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", body.lstrip()), parser)
    except etree.XMLSyntaxError:
        raise ParseError("is not a readable list of feeds (OPML)") from None
    outlines = root.iter("{*}outline") if root is not None else ()
    urls = (_feed_url(outline) for outline in outlines)
    found = tuple(dict.fromkeys(url for url in urls if url))
    if not found:
        raise ParseError("is a list of feeds (OPML) without a feed in it")
    return FeedList(
        title=title_text(root.findtext("{*}head/{*}title") or ""),
        urls=found[:MOST_FEEDS],
        left_out=len(found[MOST_FEEDS:]),
    )


def _feed_url(outline: etree._Element) -> str | None:
    """The URL of an outline's feed, with or without its scheme."""
    is_feed = _attribute(outline, "type").lower() in _FEED_TYPES
    address = with_web_scheme(_attribute(outline, "xmlurl") or _attribute(outline, "url") * is_feed)
    return web_url(address) or (web_url(f"https://{address}") if _HOST.match(address) else None)


def _attribute(element: etree._Element, name: str) -> str:
    return next((value for key, value in element.items() if key.lower() == name), "").strip()
