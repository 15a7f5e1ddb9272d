"""Names, attributes and texts of a well-formed feed's elements, as feedparser returns them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import feedparser.api

from digest.sources.feed.partner_elements import NAMESPACES

ATOM = "http://www.w3.org/2005/Atom"
RSS_1 = "http://purl.org/rss/1.0/"

# The prefixes by which feedparser knows namespaces, in small or capital letters; those of the formats have none.
_WITHOUT_PREFIX = (ATOM, RSS_1, "http://backend.userland.com/rss2", "http://blogs.law.harvard.edu/tech/rss")
_SPACES = dict.fromkeys(map(str.lower, _WITHOUT_PREFIX), "") | {
    "http://purl.org/dc/elements/1.1/": "dc_",
    "http://purl.org/dc/terms/": "dcterms_",
    "http://purl.org/rss/1.0/modules/content/": "content_",
    "http://purl.org/rss/1.0/modules/slash/": "slash_",
    "http://purl.org/rss/1.0/modules/syndication/": "sy_",
    "http://purl.org/syndication/thread/1.0": "thr_",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner_",
    "http://search.yahoo.com/mrss": "media_",
    "http://search.yahoo.com/mrss/": "media_",
    "http://webns.net/mvcb/": "admin_",
    "http://wellformedweb.org/commentapi/": "wfw_",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes_",
    "http://www.georss.org/georss": "georss_",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf_",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo_",
    **{space: f"{prefix}_" for space, prefix in NAMESPACES.items()},
}
# Prefixes that feedparser treats specially, whatever their namespace is.
_SPECIAL_PREFIXES = """
    admin ag atom cc content creativecommons dc dcterms feedburner geo georss gml itunes media psc rdf rss slash sy svg
    thr wfw xhtml xml
"""
# Namespaces that feedparser knows and this file does not.
_UNSUPPORTED_SPACES = frozenset(
    space.lower() for space in feedparser.api.StrictFeedParser.namespaces if space.lower() not in _SPACES
)
_XML = "{http://www.w3.org/XML/1998/namespace}"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_THREAD_COUNT = "{http://purl.org/syndication/thread/1.0}count"
_USED_ATTRIBUTES = "href url uri rel type count term label medium views ispermalink mode src text lang"
_LOWERED = frozenset({"rel", "type"})
_REFERENCE = re.compile(rb"&#(?:0*1(?:2[89]|[3-8]\d|9[01])|x0*[89ab][0-9a-f]);", re.IGNORECASE)  # U+0080 to U+00BF
_C1 = re.compile("[\x80-\x9f]")


class UnfamiliarError(Exception):
    """The document holds something that only feedparser reads."""


def named(element: Any, known: dict[str, str]) -> str:
    """An element's name as feedparser has it, such as `dc_creator`; `known` caches those of the document."""
    tag = element.tag
    name = known.get(tag)
    if name is None:
        name = known[tag] = _name(tag, element.prefix)
    return name


def _name(tag: str, prefix: str | None) -> str:
    space, _, local = tag.rpartition("}")
    local = local.lower()
    if not space:
        return local
    space = space[1:].lower()
    if (short := _SPACES.get(space)) is not None:
        return short + local
    if prefix is None or prefix.lower() in _SPECIAL_PREFIXES.split() or space in _UNSUPPORTED_SPACES:
        raise UnfamiliarError
    return f"{prefix.lower()}_{local}"


def attributes(element: Any) -> dict[str, str]:
    """An element's attributes by lower-case name; raises UnfamiliarError for `xml:base` and the like."""
    stated: dict[str, str] = {}
    for name, value in element.items():
        key = _key(name)
        stated[key] = value.lower() if key in _LOWERED else value
    return stated


@lru_cache(maxsize=512)
def _key(name: str) -> str:
    key = name.lower()
    if key[0] == "{":
        if name == _THREAD_COUNT:
            key = "count"
        elif name == RDF_ABOUT:
            key = "rdf:about"
        elif name.startswith(_XML):
            key = f"xml:{key[len(_XML) :]}"
        elif key.rpartition("}")[2] in _USED_ATTRIBUTES.split():
            raise UnfamiliarError
    if key in {"base", "xml:base", "mode"}:
        raise UnfamiliarError
    return key


def language_of(stated: Mapping[str, str], inherited: str | None) -> str | None:
    """The language in an element's attributes, else the one around it; an empty one means none."""
    return stated.get("xml:lang", stated.get("lang", inherited)) or None


def may_be_mojibake(document: bytes) -> bool:
    """Whether a document in UTF-8 holds, or refers to, a character from U+0080 to U+00BF, as all mojibake does."""
    return b"\xc2" in document or _REFERENCE.search(document) is not None


def plain_text_of(element: Any) -> str:
    """An element's text, where no mojibake is possible."""
    if len(element):
        raise UnfamiliarError
    text: str | None = element.text
    return text.strip() if text else ""


def text_of(element: Any) -> str:
    """An element's text; UTF-8 that was taken for Latin-1 and encoded again is repaired, as feedparser does."""
    text = plain_text_of(element)
    if text.isascii() or b"\xc2" not in text.encode():
        return text
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("latin-1").decode("utf-8")
    return _C1.sub(_western, text)


def _western(match: re.Match[str]) -> str:
    # Windows-1252 leaves five of these characters undefined; they stay as they are.
    return match[0].encode("latin-1").decode("cp1252", "ignore") or match[0]
