"""The counters on an article's own page: by the operator's selectors, else in the markup meant for machines.

That is JSON-LD (`commentCount`, `interactionStatistic`), microdata of the same names, and the older
`interactionCount="UserComments:21"` (schema.org). Of actions only reading, viewing and watching are views, and only
commenting is comments: likes and shares count for nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.parsing.counts import is_blank, parse_count
from digest.parsing.pixels import parse_pixels
from digest.parsing.urls import canonical_key, web_url
from digest.settings.page_source import COUNTERS, ON_ARTICLE_PAGES, Selector
from digest.sources.feed.picture_addresses import usable_picture
from digest.sources.page.listing import shown_text

_ACTIONS = {
    "viewaction": "views",
    "readaction": "views",
    "watchaction": "views",
    "commentaction": "comments",
    "userpagevisits": "views",
    "usercomments": "comments",
}
_ARTICLE = re.compile(r"(?i)article|posting|webpage|report|review|creativework|videoobject|gallery|recipe")
_INTO = ("@graph", "mainEntity", "mainEntityOfPage")  # other parts of a page are other things: comments, related news
_OG_IMAGES = ("og:image", "og:image:url", "og:image:secure_url")
_TWITTER_IMAGES = ("twitter:image", "twitter:image:src")
_MOST_NODES = 1_000
_MOST_SCRIPTS = 50
_LONGEST_SCRIPT = 1_000_000
_WRAPPING = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|\]\]>)\s*+;?\s*+$")
_ITEM = '[itemtype*="Article"], [itemtype*="Posting"]'
_LONGEST_CREDIT = 300
_LONGEST_DETAIL = 4_000


@dataclass(frozen=True, slots=True)
class PageCounters:
    """What an article's page has: its counters, the image's credit, and the fields whose selectors found nothing.

    `unread` holds, by field, a text that was found and is not a number. `details` are the summary, picture with its
    size, author and section as the markup has them.
    """

    counters: dict[str, int] = field(default_factory=dict)
    image_credit: str | None = None
    unmatched: tuple[str, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


def read_markup(page: str, url: str, selectors: Mapping[str, str]) -> PageCounters:
    """The counters of the article at `url`: those with a selector by it alone, the others from the markup."""
    tree = LexborHTMLParser(page)
    articles = _json_ld_articles(tree, canonical_key(url))
    texts = {name: _selected(tree, Selector.parse(text)) for name, text in selectors.items()}
    counters = {
        name: parse_count(text, name) for name, text in texts.items() if name in COUNTERS and not is_blank(text)
    }
    if not set(COUNTERS[:2]) <= set(selectors):
        marked = _marked(tree, articles)
        counters |= {name: value for name, value in marked.items() if name not in selectors}
    return PageCounters(
        counters={name: value for name, value in counters.items() if value is not None},
        image_credit=(texts.get("image_credit") or "")[:_LONGEST_CREDIT] or None,
        unmatched=tuple(name for name in ON_ARTICLE_PAGES if name in texts and texts[name] is None),
        unread={name: (texts.get(name) or "")[:40] for name, value in counters.items() if value is None},
        details=_details(tree, next(iter(articles), {}), url),
    )


def _selected(tree: LexborHTMLParser, selector: Selector) -> str | None:
    """What a selector finds, None for nothing; an empty text is a counter that a script will fill."""
    node = tree.css_first(selector.css or "html")
    if node is None:
        return None
    return node.attributes.get(selector.attribute.lower()) if selector.attribute else shown_text(node)


def _marked(tree: LexborHTMLParser, articles: Iterable[dict[str, Any]]) -> dict[str, int | None]:
    """The counters in the page's markup: the articles of JSON-LD first, and the first one that is a number."""
    counters: dict[str, int | None] = {}
    for name, value in [*_json_ld_counters(articles), *_microdata_counters(tree)]:
        if counters.get(name) is None:
            counters[name] = parse_count(value, name)
    return counters


def _details(tree: LexborHTMLParser, article: Mapping[str, Any], url: str) -> dict[str, str]:
    """The summary, picture, author and section in OpenGraph, JSON-LD and plain `<meta>`, the first text of each."""
    meta = _meta(tree)
    authors = (_first_text(article.get("author"), "name"), meta.get("article:author"), meta.get("author"))
    found = {
        "summary": (meta.get("og:description"), _first_text(article.get("description")), meta.get("description")),
        "author": [author for author in authors if author and "://" not in author],  # some name their page instead
        "section": (_first_text(article.get("articleSection"), "name"), meta.get("article:section")),
    }
    texts = {name: next(filter(None, texts), None) for name, texts in found.items()} | _picture(meta, article, url)
    return {name: text[:_LONGEST_DETAIL] for name, text in texts.items() if text}


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """The first `<meta>` of each name; the properties of a second picture (`og:image:width`) are left out."""
    meta: dict[str, str] = {}
    pictures = 0
    for node in islice(tree.css("meta[content]"), _MOST_NODES):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").lower()
        pictures += name == "og:image"
        if pictures < 2 or not name.startswith("og:image:"):
            meta.setdefault(name, (node.attributes.get("content") or "").strip())
    return meta


def _named(meta: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((meta[name] for name in names if meta.get(name)), None)


def _picture(meta: Mapping[str, str], article: Mapping[str, Any], page_url: str) -> dict[str, str]:
    """The page's picture, and its size where the place that names the picture states it."""
    image = next(iter(_listed(article.get("image"))), None)
    linked = image if isinstance(image, dict) else {}
    named = (
        (_named(meta, _OG_IMAGES), meta.get("og:image:width"), meta.get("og:image:height")),
        (_first_text(image, "url", "contentUrl"), linked.get("width"), linked.get("height")),
        (_named(meta, _TWITTER_IMAGES), None, None),
    )
    url, *stated = next((one for one in named if usable_picture(one[0] or "", page_url)), ("", None, None))
    size = {"image_width": _pixels(stated[0]), "image_height": _pixels(stated[1])}
    return {"image_url": url or ""} | {name: str(pixels) for name, pixels in size.items() if pixels}


def _pixels(value: object) -> int | None:
    """A side of a picture, which JSON-LD may write as a `QuantitativeValue`, or a `Distance` such as `1200 px`."""
    return parse_pixels((value.get("value") or value.get("name")) if isinstance(value, dict) else value)


def _first_text(value: object, *names: str) -> str:
    """A text, or the first of these properties that an object has; of a list, that of its first value."""
    first = next(iter(_listed(value)), None)
    if isinstance(first, dict):
        first = next((first[name] for name in names if first.get(name)), None)
    return first.strip() if isinstance(first, str) else ""


def _json_ld_articles(tree: LexborHTMLParser, key: str) -> list[dict[str, Any]]:
    """The articles that JSON-LD describes, those about this page first."""
    scripts = islice(tree.css('script[type*="ld+json"]'), _MOST_SCRIPTS)
    nodes = [node for script in scripts for node in _nodes(_parse_script(script.text()))]
    articles = [node for node in islice(nodes, _MOST_NODES) if _ARTICLE.search(_type(node))]
    return sorted(articles, key=lambda node: not _is_about(node, key))


def _type(node: dict[str, Any]) -> str:
    """The type of an object; one without a type is an article, unless it only holds others."""
    return str(node.get("@type", "" if "@graph" in node else "Article"))


def _json_ld_counters(articles: Iterable[dict[str, Any]]) -> Iterator[tuple[str, object]]:
    for node in articles:
        yield from _statistics(node)
        if "commentCount" in node:
            yield "comments", node["commentCount"]


def _parse_script(script: str) -> Any:
    """A JSON document; None for anything else (also for numbers of thousands of digits, and bottomless nesting)."""
    try:
        return json.loads(_WRAPPING.sub("", script[:_LONGEST_SCRIPT]), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    """The objects of a document, the outer ones first; only the properties `_INTO` are followed."""
    waiting = [document]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing[:_MOST_NODES]
        elif isinstance(thing, dict):
            yield thing
            waiting += [thing[name] for name in _INTO if name in thing]


def _is_about(node: dict[str, Any], key: str) -> bool:
    page = node.get("mainEntityOfPage")
    named = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    addresses = (web_url(name) for name in named if isinstance(name, str))
    return any(canonical_key(address) == key for address in addresses if address)


def _statistics(node: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Counters of `interactionStatistic`, by the order in which its actions mean views."""
    pairs: list[tuple[str, object]] = []
    for one in _listed(node.get("interactionStatistic")):
        if isinstance(one, dict):
            pairs += [(action, one.get("userInteractionCount")) for action in _actions(one.get("interactionType"))]
    pairs += [pair for text in _listed(node.get("interactionCount")) if (pair := _old_style(text))]
    yield from _in_order(pairs)


def _in_order(pairs: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    ranks = list(_ACTIONS)
    known = [pair for pair in pairs if pair[0] in _ACTIONS]
    for action, value in sorted(known, key=lambda pair: ranks.index(pair[0])):
        yield _ACTIONS[action], value


def _actions(kind: object) -> Iterator[str]:
    """The names of an interaction: `http://schema.org/ReadAction` and `{"@type": "ReadAction"}` are `readaction`."""
    for one in _listed(kind):
        name = (one.get("@type") or one.get("@id")) if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()


def _old_style(text: object) -> tuple[str, object] | None:
    """`UserComments:21`; a bare number does not say what it counts."""
    name, colon, value = text.partition(":") if isinstance(text, str) else ("", "", "")
    return (name.strip().lower(), value) if colon else None


def _microdata_counters(tree: LexborHTMLParser) -> Iterator[tuple[str, object]]:
    scope = tree.css_first(_ITEM) or tree.root
    if scope is None:
        return
    old = (_old_style(_value(node)) for node in scope.css('[itemprop="interactionCount"]'))
    yield from _in_order(pair for pair in old if pair)
    pairs: list[tuple[str, object]] = []
    for counter in scope.css('[itemprop="interactionStatistic"]'):
        kind, count = (
            counter.css_first(f'[itemprop="{name}"]') for name in ("interactionType", "userInteractionCount")
        )
        if kind is not None and count is not None:
            pairs += [(action, _value(count)) for action in _actions(_value(kind) or kind.attributes.get("itemtype"))]
    yield from _in_order(pairs)
    comments = scope.css_first('[itemprop="commentCount"]')
    if comments is not None:
        yield "comments", _value(comments)


def _value(node: LexborNode) -> str:
    """The value of a microdata property."""
    attributes = node.attributes
    return attributes.get("content") or attributes.get("href") or attributes.get("datetime") or shown_text(node)


def _listed(value: object) -> list[object]:
    return value[:_MOST_NODES] if isinstance(value, list) else [] if value is None else [value]
