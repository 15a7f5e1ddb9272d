"""Reads well-formed RSS, RDF and Atom with lxml into the tables that feedparser would return, some 20 times as fast.

Only the fields that `entry_builder` uses are there. Whatever might be read differently (a document type,
`xml:base`, markup that is not escaped) is left to feedparser. The column "parsed" of benchmarks/parsing.py
measures this file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from digest.sources.feed.fast_item import RSS_AUTHORS, Item, Reader, author_of
from digest.sources.feed.fast_names import (
    ATOM,
    RSS_1,
    UnfamiliarError,
    attributes,
    language_of,
    may_be_mojibake,
    named,
    plain_text_of,
    text_of,
)
from digest.sources.feed.fields import is_page_type

THREADING = "http://purl.org/syndication/thread/1.0"  # RFC 4685

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
_ITEMS = frozenset({"item", "entry"})
_FEED_IMAGES = frozenset({"image", "itunes_image", "itunes_link"})
# Elements of a channel with children, none of which is used.
_UNUSED_PARENTS = frozenset({"image", "textinput", "skiphours", "skipdays", "items", "itunes_owner", "itunes_category"})

# lxml looks for each attribute from the first one on: the 100,000 of one element take 45 seconds.
_has_many_attributes = etree.XPath("boolean(//*/@*[101])")
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")  # one search takes less than half the time of two


def read_ordinary(body: bytes, most: int) -> dict[str, Any] | None:
    """What feedparser would return for a document of at most `most` items; None where feedparser must read it."""
    if _DOCUMENT_TYPE.search(body):
        return None
    try:
        root = etree.fromstring(body, _parser())
        if _has_many_attributes(root):
            return None
        return _Document(root, most, text_of if may_be_mojibake(body) else plain_text_of).read()
    except (etree.XMLSyntaxError, UnfamiliarError):
        return None


def _parser() -> etree.XMLParser:
    # huge_tree=False: 256 levels at most, and no text or name beyond libxml2's limits.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


class _Document:
    def __init__(self, root: Any, most: int, text_of: Callable[[Any], str]) -> None:
        self._root = root
        self._text_of = text_of
        self._most = most
        self._names: dict[str, str] = {}
        self._readers: dict[str, Reader] = {}
        self._version = _version(root)
        self._feed: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        """The document as feedparser would return it; raises UnfamiliarError."""
        language = self._language(self._root, None)
        if language:
            self._feed["language"] = language.replace("_", "-")
        entries = list(self._entries(language))
        return {
            "version": self._version,
            "feed": self._feed,
            "entries": entries,
            "namespaces": {"thr": THREADING},
        }

    def _entries(self, language: str | None) -> Iterator[dict[str, Any]]:
        items_left = self._most
        for element, inherited in self._children(language):
            if named(element, self._names) not in _ITEMS:
                self._read_feed_field(element)
                continue
            items_left -= 1
            if items_left < 0:
                raise UnfamiliarError
            item = Item(self._names, self._readers, self._text_of, is_atom=self._version == "atom10")
            yield item.read(element, self._language(element, inherited))

    def _children(self, language: str | None) -> Iterator[tuple[Any, str | None]]:
        """The elements of the feed or its channel, and those beside the channel, with the language around them."""
        for element in self._root:
            if self._version == "atom10" or named(element, self._names) != "channel":
                yield element, language
                continue
            channel_language = self._language(element, language)
            for child in element:
                yield child, channel_language

    def _language(self, element: Any, inherited: str | None) -> str | None:
        stated = attributes(element)
        if not stated:
            return inherited
        if "href" in stated or "lastmod" in stated:
            raise UnfamiliarError
        return language_of(stated, inherited)

    def _read_feed_field(self, element: Any) -> None:
        """Keep the title, the language, the authors, the URL and the picture of the feed itself."""
        name = named(element, self._names)
        if name in {"language", "dc_language"}:
            self._feed["language"] = self._text_of(element)
        elif name in {"title", "dc_title"}:
            self._feed["title"] = self._text_of(element)
        elif name == "link":
            self._read_feed_link(element)
        elif name in RSS_AUTHORS:
            self._read_feed_author(element)
        elif name in {"logo", "icon"}:
            self._feed[name] = self._text_of(element)
        elif name in _FEED_IMAGES:
            self._read_feed_image(element, name)
        elif len(element) and (name not in _UNUSED_PARENTS or (name == "items" and self._version != "rss10")):
            raise UnfamiliarError

    def _read_feed_author(self, element: Any) -> None:
        author = author_of(element, self._names, self._text_of, is_atom=self._version == "atom10")
        authors = self._feed.setdefault("authors", [])
        if authors and "@" in author.get("name", "") + self._feed["author"]:
            raise UnfamiliarError
        self._feed["author"] = author.get("name", "")
        authors.append(author)

    def _read_feed_image(self, element: Any, name: str) -> None:
        stated = attributes(element)
        href = stated.get("href") or stated.get("url")
        if name != "image" and href:
            self._feed["image"] = {"href": href}
        elif name == "image" and self._version == "rss20":
            image = self._feed.setdefault("image", {})
            image.update(("href", self._text_of(part)) for part in element if named(part, self._names) == "url")

    def _read_feed_link(self, element: Any) -> None:
        stated = attributes(element)
        href = stated.get("url", stated.get("uri", stated.get("href")))
        if href is None:
            self._feed["link"] = self._text_of(element)
        elif stated.get("rel") == "self":
            self._feed["self"] = href
        elif stated.get("rel", "alternate") != "alternate" or not is_page_type(stated.get("type", "text/html")):
            return
        elif "hreflang" not in stated or "link" not in self._feed:
            self._feed["link"] = href


def _version(root: Any) -> str:
    """The kind of feed; raises UnfamiliarError for any other than RSS, RDF of RSS 1.0 and Atom 1.0."""
    declared = set(root.nsmap.values())
    if root.tag == "rss":
        return "rss20"
    if root.tag == _RDF and RSS_1 in declared and ATOM not in declared:
        return "rss10"
    if root.tag == f"{{{ATOM}}}feed" and RSS_1 not in declared:
        return "atom10"
    raise UnfamiliarError
