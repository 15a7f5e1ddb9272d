"""Reads JSON-LD (https://www.w3.org/TR/json-ld11/) of an article's page, as sites write it. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from digest.parsing.canonical_key import canonical_key
from digest.parsing.html_text import plain_text
from digest.parsing.json_repair import repaired_json
from digest.parsing.references import resolved
from digest.parsing.text import letters_of
from digest.parsing.urls import web_url

Node = dict[str, Any]

MOST_VALUES = 1_000

_ARTICLE = re.compile(r"(?i)article|posting|report|review|creativework|recipe")
_PAGE = re.compile(r"(?i)webpage|videoobject|gallery")
_TITLES = 'title, h1, meta[property="og:title"]'
_SIGNS = frozenset({"headline", "articleBody", "datePublished", "commentCount", "interactionStatistic"})
_INTO = ("@graph", "mainEntity", "mainEntityOfPage")  # other parts of a page are other things: comments, related news
_MOST_SCRIPTS = 50
_LONGEST_SCRIPT = 1_000_000
_DEEPEST = 4
_OPENING = re.compile(r"(?s)<!--|(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\s{0,9}\*/)?|/\*(?:(?!\*/).){0,1000}\*/")
_CLOSING = re.compile(r"(?:-->|(?://|/\*)?\s{0,9}\]\]>(?:\s{0,9}\*/)?)\Z")
_LONGEST_CLOSING = 50
_BETWEEN = re.compile(r"[\s;,]*")


@dataclass(frozen=True, slots=True)
class JsonLd:
    """The articles that a page describes, the most fitting first, and the objects that others refer to by `@id`."""

    articles: tuple[Node, ...] = ()
    by_id: Mapping[str, Node] = field(default_factory=dict)

    def texts(self, value: object, *names: str) -> Iterator[str]:
        """The texts of a value: itself, those of a list, and of an object the first of these properties that it has."""
        yield from islice(self._nested_texts(value, names, _DEEPEST), MOST_VALUES)

    def objects(self, value: object) -> Iterator[Node]:
        """The objects of a value, each with the properties of the one that it refers to."""
        for one in listed(value):
            if isinstance(one, dict):
                yield self.resolved(one)

    def resolved(self, thing: Node) -> Node:
        """An object with the properties of the one that has its `@id`."""
        name = thing.get("@id")
        return self.by_id.get(name, {}) | thing if isinstance(name, str) else thing

    def _nested_texts(self, value: object, names: tuple[str, ...], depth: int) -> Iterator[str]:
        for one in listed(value) if depth else ():
            if isinstance(one, str) and one.strip():
                yield one.strip()
            elif isinstance(one, dict):
                found = self.resolved(one)
                yield from self._nested_texts(
                    next((found[name] for name in names if found.get(name)), None), names, depth - 1
                )


def read_json_ld(tree: LexborHTMLParser, url: str) -> JsonLd:
    """The JSON-LD of the page at a URL."""
    scripts = islice(tree.css('script[type*="ld+json" i]'), _MOST_SCRIPTS)
    nodes = [node for script in scripts for node in _nodes(_parse_script(script.text()))][:MOST_VALUES]
    by_id: dict[str, Node] = {}
    for node in nodes:
        if isinstance(name := node.get("@id"), str) and len(node) > len(by_id.get(name, ())):
            by_id[name] = node
    return JsonLd(tuple(_of_one_article(_articles(nodes, url), url, tree)), by_id)


def listed(value: object) -> list[object]:
    """The values of a list or of an `@list`; a single value is a list of one, None one of none."""
    if isinstance(value, dict) and ("@list" in value or "@value" in value):
        return listed(value.get("@list", value.get("@value")))
    return value[:MOST_VALUES] if isinstance(value, list) else [] if value is None else [value]


def _articles(nodes: Iterable[Node], url: str) -> list[Node]:
    """The articles about the page and those that name no page, else the only one; articles before pages and videos."""
    articles = sorted((node for node in nodes if _rank(node)), key=_rank)
    about = [node for node in articles if _is_about(node, url)]
    unnamed = [node for node in articles if not _page_urls(node)]
    alone = articles if len(articles) == 1 else []
    chosen = about + [node for node in unnamed if node not in about] or alone
    proper = [node for node in chosen if _rank(node) == 1]
    return [node for node in chosen if not (proper and _is_video(node))]


def _of_one_article(nodes: list[Node], url: str, tree: LexborHTMLParser) -> list[Node]:
    """Without articles that do not name the page and whose headings are not the page's.

    Only where the headings differ, or the one article names another page, but not the site: some state a heading that
    the page does not have.
    """
    headings = [_letters(node.get("headline")) if _rank(node) == 1 else "" for node in nodes]
    is_elsewhere = len(nodes) == 1 and any(urlsplit(page).path.strip("/") for page in _page_urls(nodes[0]))
    if len({*headings} - {""}) < 2 and not is_elsewhere:
        return nodes
    titles = [_letters(one.attributes.get("content") or one.text()) for one in tree.css(_TITLES)]
    titles += [heading for node, heading in zip(nodes, headings, strict=True) if _is_about(node, url)]
    return [
        node
        for node, heading in zip(nodes, headings, strict=True)
        if not heading or _is_about(node, url) or any(heading in title for title in titles)
    ]


def _letters(heading: object) -> str:
    """The letters of a heading: pages and their JSON-LD differ in quotes, dashes, ellipses and tags."""
    return letters_of(plain_text(heading)) if isinstance(heading, str) else ""


def _rank(node: Node) -> int:
    """1 for an article, 2 for a page, a video or a gallery, 0 for anything else; without a type by its properties."""
    kind = node.get("@type")
    if not kind:
        return int(not _SIGNS.isdisjoint(node))
    return 1 if _ARTICLE.search(str(kind)) else 2 if _PAGE.search(str(kind)) else 0


def _is_video(node: Node) -> bool:
    return "videoobject" in str(node.get("@type")).lower()


def _page_urls(node: Node) -> list[str]:
    """The absolute addresses of the page that an object says it is about."""
    page = node.get("mainEntityOfPage")
    of_page = [page.get("@id"), page.get("url")] if isinstance(page, dict) else [page]
    named = [node.get("url"), node.get("@id"), *of_page]
    return [url for name in named if isinstance(name, str) and (url := web_url(name))]


def _is_about(node: Node, url: str) -> bool:
    """Whether an object names this page, or one of the same path on another host, as of a copy of the site."""
    key, path = canonical_key(url), urlsplit(url).path.rstrip("/")
    named = _page_urls(node)
    return any(canonical_key(one) == key or (path and urlsplit(one).path.rstrip("/") == path) for one in named)


def _parse_script(script: str) -> list[Any]:
    """The values of a script; none for anything else (also for numbers of thousands of digits, and endless nesting)."""
    text = _unwrapped(script[:_LONGEST_SCRIPT])
    for form in (str, _repaired):
        try:
            return list(_json_values(form(text)))
        except (ValueError, RecursionError):
            continue
    return []


def _unwrapped(script: str) -> str:
    """A script without the comment or the CDATA section around it."""
    text = script.strip("\ufeff \t\r\n;")
    opening = _OPENING.match(text)
    text = text[opening.end() :] if opening else text
    closing = _CLOSING.search(text[-_LONGEST_CLOSING:])
    return text[: len(text) - len(closing[0])] if closing else text


def _repaired(text: str) -> str:
    """A text without the faults of careless templates; raises ValueError where its meaning is not certain."""
    return repaired_json(resolved(text) if "&quot;" in text and '"' not in text else text)


def _json_values(text: str) -> Iterator[Any]:
    """The values of a text, which may hold several; raises ValueError."""
    decoder, place = json.JSONDecoder(strict=False), _end_of_gap(text, 0)
    while place < len(text):
        value, end = decoder.raw_decode(text, place)
        yield value
        place = _end_of_gap(text, end)


def _end_of_gap(text: str, place: int) -> int:
    gap = _BETWEEN.match(text, place)
    return gap.end() if gap else place


def _nodes(document: object) -> Iterator[Node]:
    """The objects of a document, the outer ones first; only the properties `_INTO` are followed."""
    waiting = [document]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing[:MOST_VALUES]
        elif isinstance(thing, dict):
            yield thing
            waiting += [thing[name] for name in _INTO if name in thing]
