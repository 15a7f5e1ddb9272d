"""The counters on an article's own page: by the operator's selectors, else in the markup meant for machines.

That is JSON-LD (`commentCount`, `interactionStatistic`), microdata of the same names, and the older
`interactionCount="UserComments:21"` (schema.org). Of actions only reading, viewing and watching are views, and only
commenting is comments: likes and shares count for nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from digest.model.articles import COUNTERS, ON_ARTICLE_PAGES
from digest.parsing.counts import is_blank, parse_count
from digest.settings.selectors import Selector
from digest.sources.page.json_ld import listed, read_json_ld
from digest.sources.page.listing import shown_text
from digest.sources.page.markup_details import markup_details
from digest.sources.page.microdata import article_properties, property_value

_ACTIONS = {
    "viewaction": "views",
    "readaction": "views",
    "watchaction": "views",
    "commentaction": "comments",
    "userpagevisits": "views",
    "usercomments": "comments",
}
_LONGEST_CREDIT = 300


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
    linked = read_json_ld(tree, url)
    texts = {name: _selected(tree, Selector.parse(text)) for name, text in selectors.items()}
    counters = {
        name: parse_count(text, name) for name, text in texts.items() if name in COUNTERS and not is_blank(text)
    }
    if not set(COUNTERS[:2]) <= set(selectors):
        marked = _marked(tree, linked.articles, url)
        counters |= {name: value for name, value in marked.items() if name not in selectors}
    return PageCounters(
        counters={name: value for name, value in counters.items() if value is not None},
        image_credit=(texts.get("image_credit") or "")[:_LONGEST_CREDIT] or None,
        unmatched=tuple(name for name in ON_ARTICLE_PAGES if name in texts and texts[name] is None),
        unread={name: (texts.get(name) or "")[:40] for name, value in counters.items() if value is None},
        details=markup_details(tree, linked, url),
    )


def _selected(tree: LexborHTMLParser, selector: Selector) -> str | None:
    """What a selector finds, None for nothing; an empty text is a counter that a script will fill."""
    node = tree.css_first(selector.css or "html")
    if node is None:
        return None
    return node.attributes.get(selector.attribute.lower()) if selector.attribute else shown_text(node)


def _marked(tree: LexborHTMLParser, articles: Iterable[dict[str, Any]], url: str) -> dict[str, int | None]:
    """The counters in the page's markup: the articles of JSON-LD first, and the first one that is a number."""
    counters: dict[str, int | None] = {}
    for name, value in [*_json_ld_counters(articles), *_microdata_counters(tree, url)]:
        if counters.get(name) is None:
            counters[name] = parse_count(value, name)
    return counters


def _json_ld_counters(articles: Iterable[dict[str, Any]]) -> Iterator[tuple[str, object]]:
    for node in articles:
        yield from _statistics(node)
        if "commentCount" in node:
            yield "comments", next(iter(listed(node["commentCount"])), [])


def _statistics(node: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Counters of `interactionStatistic`, by the order in which its actions mean views."""
    pairs: list[tuple[str, object]] = []
    for one in listed(node.get("interactionStatistic")):
        if isinstance(one, dict):
            pairs += [(action, one.get("userInteractionCount")) for action in _actions(one.get("interactionType"))]
    pairs += [pair for text in listed(node.get("interactionCount")) if (pair := _old_style(text))]
    yield from _in_order(pairs)


def _in_order(pairs: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    ranks = list(_ACTIONS)
    known = [pair for pair in pairs if pair[0] in _ACTIONS]
    for action, value in sorted(known, key=lambda pair: ranks.index(pair[0])):
        yield _ACTIONS[action], value


def _actions(kind: object) -> Iterator[str]:
    """The names of an interaction: `http://schema.org/ReadAction` and `{"@type": "ReadAction"}` are `readaction`."""
    for one in listed(kind):
        name = (one.get("@type") or one.get("@id")) if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()


def _old_style(text: object) -> tuple[str, object] | None:
    """`UserComments:21`; a bare number does not say what it counts."""
    name, colon, value = text.partition(":") if isinstance(text, str) else ("", "", "")
    return (name.strip().lower(), value) if colon else None


def _microdata_counters(tree: LexborHTMLParser, url: str) -> Iterator[tuple[str, object]]:
    old = (_old_style(property_value(node)) for node in article_properties(tree, url, "interactionCount"))
    yield from _in_order(pair for pair in old if pair)
    pairs: list[tuple[str, object]] = []
    for counter in article_properties(tree, url, "interactionStatistic"):
        kind, count = (
            counter.css_first(f'[itemprop="{name}"]') for name in ("interactionType", "userInteractionCount")
        )
        if kind is not None and count is not None:
            actions = _actions(property_value(kind) or kind.attributes.get("itemtype"))
            pairs += [(action, property_value(count)) for action in actions]
    yield from _in_order(pairs)
    for comments in article_properties(tree, url, "commentCount")[:1]:
        yield "comments", property_value(comments)
