"""Reads OPML, the lists of feeds that feed readers export (http://opml.org/spec2.opml)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from digest.errors import ParseError
from digest.parsing.encodings.charset import decoded
from digest.parsing.html_text import title_text
from digest.parsing.references import resolved_attribute, with_possible_references
from digest.parsing.urls import web_url, with_web_scheme

IS_OPML = "is a list of feeds (OPML); add each of its feeds as a source, or give the list to `digest preview --feed`"
MOST_FEEDS = 200

_FEED_TYPES = frozenset({"rss", "atom", "feed"})
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?=[/?:]|$)")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,20};)")  # in URLs with several parameters
_COMMENT = re.compile(r"(?s)<!--(?:(?!<!--).)*?-->")
# Also in an element whose other attributes are broken, such as text="The "best" feed".
_XML_URL = re.compile(r"""(?i)\sxmlurl\s{0,9}=\s{0,9}["']\s{0,9}([^"'<>\s]{1,2000})""")


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedList:
    """The title of a list (empty if it has none), the URLs of its feeds, each once, and how many more it has."""

    title: str
    urls: tuple[str, ...]
    left_out: int = 0


def read_opml(body: bytes) -> FeedList:
    """The feeds of a list, also of one that is not well-formed, up to MOST_FEEDS; raises ParseError for none."""
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    text = _BARE_AMPERSAND.sub("&amp;", with_possible_references(decoded(body, None).lstrip("\ufeff \t\r\n\0")))
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        raise ParseError("is not a readable list of feeds (OPML)") from None
    found = tuple(dict.fromkeys(_urls(root, text)))
    if not found:
        raise ParseError("is a list of feeds (OPML) without a feed in it")
    return FeedList(
        title=title_text(_title(root)),
        urls=found[:MOST_FEEDS],
        left_out=len(found[MOST_FEEDS:]),
    )


def _urls(root: etree._Element | None, text: str) -> Iterator[str]:
    """The URLs of the outlines, then those that the parser has lost."""
    for element in root.iter("*") if root is not None else ():
        if _local_name(element) == "outline" and (url := _feed_url(element)):
            yield url
    for match in _XML_URL.finditer(_COMMENT.sub("", text)):
        if url := _web_address(resolved_attribute(match[1])):
            yield url


def _title(root: etree._Element | None) -> str:
    elements = root.iter("*") if root is not None else ()
    return next((element.text or "" for element in elements if _local_name(element) == "title"), "")


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _feed_url(outline: etree._Element) -> str | None:
    """The URL of an outline's feed, with or without its scheme."""
    is_feed = _attribute(outline, "type").lower() in _FEED_TYPES
    return _web_address(_attribute(outline, "xmlurl") or _attribute(outline, "url") * is_feed)


def _web_address(text: str) -> str | None:
    address = with_web_scheme(text)
    return web_url(address) or (web_url(f"https://{address}") if _HOST.match(address) else None)


def _attribute(element: etree._Element, name: str) -> str:
    return next((value for key, value in element.items() if key.lower() == name), "").strip()
