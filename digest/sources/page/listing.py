"""Reads the items of a listing page, and the texts of their fields, by CSS selectors."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.parsing.html_text import plain_text, summary_text, visible_text
from digest.parsing.urls import is_place_on_page, web_url
from digest.settings.selectors import Selector
from digest.sources.article_pictures.html_pictures import first_picture
from digest.sources.article_pictures.source_sets import best_of_source_set

MOST_ITEMS = 2_000

# Where an element keeps the address that a selector without an attribute means, by field.
_ADDRESS_ATTRIBUTES = {
    "url": ("href",),
    "image_url": ("data-src", "data-lazy-src", "data-original", "src", "poster", "href"),
}
_OTHER_SCHEMES = ("data:", "javascript:", "mailto:", "tel:")
# What the text of an element must begin with to be an address: a word such as "More" or "AP/Reuters" is none.
_SHOWN_ADDRESS = re.compile(r"(?i)(?:https?:|\.{0,2}/[\w/~?%]|\?\w|www\.|(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?[/?])\S*")
_BACKGROUND = re.compile(r"""url\(\s*["']?([^"')]+)""")
_SIGNS_OF_PROGRAMS = frozenset("{}=;")
_MOMENTS = frozenset({"published_at", "updated_at"})
_READ_MARKUP: Mapping[str, Callable[[str], str]] = {  # these may be long and hold markup
    "title": partial(visible_text, limit=300),
    "summary": summary_text,
}
_HIDDEN = "[hidden], [style*='display:none' i], [style*='display: none' i]"
_MOST_HIDDEN = 20  # elements in one; each is looked for in the whole of it
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists: for each item the texts of the fields found, and how many items there are in all.

    `published_at@datetime` is what a `<time>` states for programs, beside the text that it shows, and `url@text` the
    text of an element that has no address.
    """

    base: str | None
    items: tuple[dict[str, str], ...]
    found: int


def read_listing(page: str, item: str, fields: Mapping[str, str], url: str | None) -> Listing:
    """The items that `item` selects, at most 2,000; of each field (`selector@attribute`) the first match counts.

    With the page's `url`, an image is the first match that shows something of the article, and its address is absolute.
    """
    tree = LexborHTMLParser(page)
    selectors = {name: Selector.parse(text) for name, text in fields.items()}
    nodes = tree.css(item)
    items = frozenset(node.mem_id for node in nodes)
    stated = _base_of(tree)
    base = web_url(stated or "", url) or url
    rows = (
        {key: text for name, selector in selectors.items() for key, text in _texts(node, items, name, selector, base)}
        for node in nodes[:MOST_ITEMS]
    )
    return Listing(stated, tuple(rows), len(nodes))


def _base_of(tree: LexborHTMLParser) -> str | None:
    """The address that `<base>` gives for relative links."""
    base = tree.css_first("base[href]")
    return (base.attributes.get("href") or None) if base else None


def shown_text(node: LexborNode) -> str:
    """The text of an element as one line, without scripts and styles; neighbouring elements do not run together."""
    text = " ".join(node.text(separator=" ").split())[:_LONGEST]
    has_program = not _SIGNS_OF_PROGRAMS.isdisjoint(text) and node.css_first("script, style, template") is not None
    return plain_text(node.inner_html or "", _LONGEST) if has_program else text


def _texts(
    item: LexborNode, items: frozenset[int], name: str, selector: Selector, base: str | None
) -> Iterator[tuple[str, str]]:
    """The text of a field by its name, and what `Listing` has beside it; nothing for a field that is missing."""
    nodes = _matches(item, items, selector)
    if not nodes:
        return
    if selector.attribute is None and name in _MOMENTS and (stated := _stated_moment(nodes[0])):
        yield f"{name}@datetime", stated.strip()[:_LONGEST]
    text = _text(nodes, name, selector.attribute, base)
    if text is None and name in _ADDRESS_ATTRIBUTES and selector.attribute is None:
        shown = shown_text(nodes[0])
        yield (name if _SHOWN_ADDRESS.fullmatch(shown) else f"{name}@text"), shown
    elif text is not None:
        yield name, text


def _stated_moment(node: LexborNode) -> str | None:
    """The `datetime` of an element, else that of the only one in it that has any, beside which there is no number."""
    own = node.attributes.get("datetime")
    within = [] if own else node.css("time[datetime]")
    if len(within) != 1:
        return own
    beside = node.text().replace(within[0].text(), "", 1)
    return own if any(map(str.isdigit, beside)) else within[0].attributes.get("datetime")


def _text(nodes: list[LexborNode], name: str, attribute: str | None, base: str | None) -> str | None:
    if attribute is not None:
        value = nodes[0].attributes.get(attribute.lower())
        if value and name == "image_url" and attribute.lower().endswith("srcset"):
            value = best_of_source_set(value, base)
        if value and name == "image_url" and attribute.lower() == "style":
            background = _BACKGROUND.search(value)
            value = background[1] if background else None
        return None if value is None else value.strip()[:_LONGEST]
    if read := _READ_MARKUP.get(name):
        texts = (read(_shown_markup(node)) or read(node.inner_html or "") for node in nodes)
        return next(filter(None, texts), "")
    if name in _ADDRESS_ATTRIBUTES:
        address = _address(nodes, name, base)
        return address and address[:_LONGEST]
    return shown_text(nodes[0])


def _shown_markup(node: LexborNode) -> str:
    """The markup in an element without what is hidden there."""
    markup = node.inner_html or ""
    for hidden in node.css(_HIDDEN)[:_MOST_HIDDEN]:
        markup = markup.replace(hidden.html or "", " ")
    return markup


def _address(nodes: list[LexborNode], name: str, base: str | None) -> str | None:
    """The first address that the elements have for this field."""
    if name == "image_url" and base:
        pictures = (first_picture(_with_sources(node).html or "", base).url for node in nodes)
        if picture := next(filter(None, pictures), None):
            return picture
    found = (node.attributes.get(attribute) or "" for node in nodes for attribute in _ADDRESS_ATTRIBUTES[name])
    address = next((text for one in found if (text := one.strip()) and not _leads_nowhere(text)), None)
    background = _BACKGROUND.search(nodes[0].attributes.get("style") or "") if name == "image_url" else None
    return address or (background[1].strip() if background else None)


def _leads_nowhere(address: str) -> bool:
    return address.lower().startswith(_OTHER_SCHEMES) or is_place_on_page(address)


def _with_sources(node: LexborNode) -> LexborNode:
    """The `<picture>` around an image, or the element itself."""
    return node.parent if node.parent is not None and node.parent.tag == "picture" else node


def _matches(item: LexborNode, items: frozenset[int], selector: Selector) -> list[LexborNode]:
    """The matches within an item, or, after `+` or `~`, in its next or in the first of its siblings that has any."""
    if not selector.css:
        return [item]
    if not selector.siblings:
        return item.css(selector.css)
    for sibling in _siblings(item, items):
        if found := sibling.css(selector.css):
            return found
        if selector.siblings == "+":
            break
    return []


def _siblings(item: LexborNode, items: frozenset[int]) -> Iterator[LexborNode]:
    sibling = item.next
    while sibling is not None:
        if sibling.is_element_node:
            if sibling.mem_id in items:
                return
            yield sibling
        sibling = sibling.next
