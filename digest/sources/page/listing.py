"""Reads the items of a listing page, and the texts of their fields, by CSS selectors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.parsing.text import plain_text
from digest.settings.page_source import Selector

MOST_ITEMS = 2_000

# Where an element keeps the address that a selector without an attribute means, by field.
_ADDRESS_ATTRIBUTES = {"url": ("href",), "image_url": ("data-src", "data-lazy-src", "data-original", "src", "href")}
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
    items = frozenset(node.mem_id for node in nodes)
    rows = (
        {name: text for name, selector in selectors.items() if (text := _text(node, items, name, selector)) is not None}
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


def _text(item: LexborNode, items: frozenset[int], name: str, selector: Selector) -> str | None:
    node = _find(item, items, selector)
    if node is None:
        return None
    if selector.attribute is not None:
        value = node.attributes.get(selector.attribute.lower())
        return None if value is None else value.strip()[:_LONGEST]
    if name in _MARKUP:
        return plain_text(node.inner_html or "", _MARKUP[name])
    for attribute in _ADDRESS_ATTRIBUTES.get(name, ()):
        address = (node.attributes.get(attribute) or "").strip()
        if address and not address.startswith("data:"):
            return address[:_LONGEST]
    return shown_text(node)


def _find(item: LexborNode, items: frozenset[int], selector: Selector) -> LexborNode | None:
    """The first match within an item, or, after `+` or `~`, in its next or in all siblings up to the next item."""
    if not selector.css:
        return item
    if not selector.siblings:
        return item.css_first(selector.css)
    for sibling in _siblings(item, items):
        if (found := sibling.css_first(selector.css)) is not None:
            return found
        if selector.siblings == "+":
            return None
    return None


def _siblings(item: LexborNode, items: frozenset[int]) -> Iterator[LexborNode]:
    sibling = item.next
    while sibling is not None:
        if sibling.is_element_node:
            if sibling.mem_id in items:
                return
            yield sibling
        sibling = sibling.next
