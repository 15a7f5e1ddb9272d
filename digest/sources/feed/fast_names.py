"""Names, attributes and texts of a well-formed feed's elements, as feedparser has them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import feedparser.api

ATOM = "http://www.w3.org/2005/Atom"
RSS_1 = "http://purl.org/rss/1.0/"

# Short names that feedparser gives to vocabularies, upper or lower case; those of the feeds themselves have none.
_PLAIN = (ATOM, RSS_1, "http://backend.userland.com/rss2", "http://blogs.law.harvard.edu/tech/rss")
_SPACES = dict.fromkeys(map(str.lower, _PLAIN), "") | {
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
}
# Names of vocabularies that feedparser knows, or falls for: behind another address they are not ours to judge.
_TAKEN = """
    admin ag atom cc content creativecommons dc dcterms feedburner geo georss gml itunes media psc rdf rss slash sy svg
    thr wfw xhtml xml
"""
# Vocabularies of feedparser's whose elements it treats in ways of their own, or by a short name that is not declared.
_KNOWN_ELSEWHERE = frozenset(
    space.lower() for space in feedparser.api.StrictFeedParser.namespaces if space.lower() not in _SPACES
)
_XML = "{http://www.w3.org/XML/1998/namespace}"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_THREAD_COUNT = "{http://purl.org/syndication/thread/1.0}count"
_ASKED = "href url uri rel type count term label medium views ispermalink mode src text lang"
_LOWERED = frozenset({"rel", "type"})
_REFERENCE = re.compile(rb"&#(?:0*1(?:2[89]|[3-8]\d|9[01])|x0*[89ab][0-9a-f]);", re.IGNORECASE)  # U+0080 to U+00BF
_C1 = re.compile("[\x80-\x9f]")


class UnfamiliarError(Exception):
    """The document holds something that only feedparser is sure about."""


def named(element: Any, known: dict[str, str]) -> str:
    """An element's name as feedparser has it, such as `dc_creator`; `known` remembers those of the document."""
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
    if prefix is None or prefix.lower() in _TAKEN.split() or space in _KNOWN_ELSEWHERE:
        raise UnfamiliarError
    return f"{prefix.lower()}_{local}"


def attributes(element: Any) -> dict[str, str]:
    """An element's attributes by their names in lower case; raises UnfamiliarError for a base of its own."""
    told: dict[str, str] = {}
    for name, value in element.items():
        key = _key(name)
        told[key] = value.lower() if key in _LOWERED else value
    return told


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
        elif key.rpartition("}")[2] in _ASKED.split():
            raise UnfamiliarError
    if key in {"base", "xml:base", "mode"}:
        raise UnfamiliarError
    return key


def language_of(told: Mapping[str, str], inherited: str | None) -> str | None:
    """The language that an element's attributes state, else the one around it; an empty one states that none is."""
    return told.get("xml:lang", told.get("lang", inherited)) or None


def needs_mending(document: bytes) -> bool:
    """Whether UTF-8 may hold, or refer to, a character from U+0080 to U+00BF: without one there is nothing to mend."""
    return b"\xc2" in document or _REFERENCE.search(document) is not None


def plain_text_of(element: Any) -> str:
    """An element's text, where nothing needs to be mended."""
    if len(element):
        raise UnfamiliarError
    text: str | None = element.text
    return text.strip() if text else ""


def text_of(element: Any) -> str:
    """An element's text; UTF-8 that was taken for Latin-1 and written again as UTF-8 is mended, as feedparser does."""
    text = plain_text_of(element)
    if text.isascii() or b"\xc2" not in text.encode():
        return text
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("latin-1").decode("utf-8")
    return _C1.sub(_western, text)


def _western(match: re.Match[str]) -> str:
    # Windows-1252 leaves five of them undefined; they stay what they are.
    return match[0].encode("latin-1").decode("cp1252", "ignore") or match[0]
