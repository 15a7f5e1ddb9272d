"""Reads the items of a listing page, and the texts of their fields, by CSS selectors."""

from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.parsing.text import plain_text
from digest.settings.page_source import Selector

MOST_ITEMS = 2_000

_MARKUP = {"title": 300, "summary": 600}  # characters; these may be long and hold markup
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists: for each item the texts of the fields found, and how many items there are in all."""

    base: str | None
    items: tuple[dict[str, str], ...]
    found: int


def read_listing(page: str, item: str, fields: Mapping[str, str]) -> Listing:
    """The items that `item` selects, at most 2,000; of each field (`selector@attribute`) the first match counts."""
    tree = LexborHTMLParser(page)
    selectors = {name: Selector.parse(text) for name, text in fields.items()}
    nodes = tree.css(item)
    rows = (
        {name: text for name, selector in selectors.items() if (text := _text(node, name, selector)) is not None}
        for node in nodes[:MOST_ITEMS]
    )
    return Listing(base_of(tree), tuple(rows), len(nodes))


def base_of(tree: LexborHTMLParser) -> str | None:
    """The address that `<base>` gives for relative links."""
    base = tree.css_first("base[href]")
    return (base.attributes.get("href") or None) if base else None


def shown_text(node: LexborNode) -> str:
    """The text of an element as one line; neighbouring elements do not run together."""
    return " ".join(node.text(separator=" ").split())[:_LONGEST]


def _text(item: LexborNode, name: str, selector: Selector) -> str | None:
    node = item.css_first(selector.css) if selector.css else item
    if node is None:
        return None
    if selector.attribute is not None:
        value = node.attributes.get(selector.attribute.lower())
        return None if value is None else value.strip()[:_LONGEST]
    if name in _MARKUP:
        return plain_text(node.inner_html or "", _MARKUP[name])
    return shown_text(node)
