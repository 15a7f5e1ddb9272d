"""Rewrites what feedparser would read wrongly, or not at all, in the text of a feed, and finds its cut. Pure."""

import re
from collections.abc import Iterator

_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,40};)")
_VERBATIM = re.compile(r"<!(?:\[CDATA\[|--)")
_RSS = re.compile(r"<rss\b")
_DEFAULT_NAMESPACE = re.compile(r"""(<(?:rss|channel|item)(?:\s[^<>]*?)?)\sxmlns\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_DECLARATION = re.compile(r"(?<=[>\[])[ \t]*(?=<!(?:DOCTYPE|ENTITY)\b)")
_ITEM_START = re.compile(r"(?i)<(?:\w+:)?(?:item|entry)(?:\s[^<>]*)?>")
_ITEM_OR_ROOT_END = re.compile(r"(?i)</(?:\w+:)?(?:item|entry|rss|feed|rdf|channel)\s*>")
_LONGEST_HEAD = 10_000  # characters


def repaired(text: str) -> str:
    """A feed in XML as feedparser reads it whole: with its items, and without losing `&mdash;` or an ampersand."""
    head = text[:_LONGEST_HEAD]
    # feedparser finds a document type and its entities at the beginning of a line alone. In a document whose type names
    # a DTD its parser drops the names of characters, because that DTD might define them.
    if _DECLARATION.search(head):
        text = _DECLARATION.sub("\n", head) + text[_LONGEST_HEAD:]
    # The elements of RSS have no namespace. Where a document states one of a module, feedparser knows no `item`.
    if _RSS.search(head):
        text = _DEFAULT_NAMESPACE.sub(r"\1", text)
    return "".join(_with_escaped_ampersands(text))


def ends_within_item(text: str) -> bool:
    """Whether neither the last item of a feed nor the feed itself has its end tag: the transfer broke off."""
    starts = [match.end() for match in _ITEM_START.finditer(text)]
    return bool(starts) and not _ITEM_OR_ROOT_END.search(text, starts[-1])


def _with_escaped_ampersands(text: str) -> Iterator[str]:
    """The pieces of a document in which `AT&T` is `AT&amp;T`, outside of CDATA sections and comments."""
    place = 0
    while start := _VERBATIM.search(text, place):
        end = text.find("]]>" if start[0].endswith("[") else "-->", start.end())
        if end < 0:
            break
        yield _BARE_AMPERSAND.sub("&amp;", text[place : start.start()])
        yield text[start.start() : end]
        place = end
    yield _BARE_AMPERSAND.sub("&amp;", text[place:])
