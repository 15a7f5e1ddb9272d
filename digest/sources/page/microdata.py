"""The properties of an article in a page's microdata (https://html.spec.whatwg.org/multipage/microdata.html). Pure."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import web_url
from digest.sources.page.listing import shown_text

_ARTICLES = '[itemtype*="Article"], [itemtype*="Posting"]'
_PAGES = ("webpage", "blog", "discussion")


def article_properties(tree: LexborHTMLParser, url: str, name: str) -> list[LexborNode]:
    """The elements of a property of the page's article, without those of items within it, such as comments.

    Where no item is an article, those of the page itself. None where several items may be the article at the URL.
    """
    articles = tree.css(_ARTICLES)
    known = {node.mem_id for node in articles}
    outer = [node for node in articles if not any(one.mem_id in known for one in _ancestors(node))]
    found = tree.css(f'[itemprop="{name}"]')
    if not outer:
        return [node for node in found if _is_of_page(_owner(node))]
    article = _article(outer, url)
    return [node for node in found if article and (owner := _owner(node)) and owner.mem_id == article.mem_id]


def property_value(node: LexborNode) -> str:
    """The value of a property."""
    attributes = node.attributes
    return attributes.get("content") or attributes.get("href") or attributes.get("datetime") or shown_text(node)


def _article(items: list[LexborNode], url: str) -> LexborNode | None:
    """The only item, the one that names the page, or the only one with a heading or a text."""
    if len(items) == 1:
        return items[0]
    key = canonical_key(url)
    named = [item for item in items if key in set(_keys(item, url))]
    whole = [item for item in items if item.css_first('h1, [itemprop="articleBody"]')]
    return named[0] if named else whole[0] if len(whole) == 1 else None


def _keys(item: LexborNode, url: str) -> Iterator[str]:
    """The keys of the addresses that an item gives as its own."""
    for node in item.css('[itemprop~="url"], [itemprop~="mainEntityOfPage"]'):
        address = web_url(node.attributes.get("itemid") or property_value(node), url)
        if address:
            yield canonical_key(address)


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _owner(node: LexborNode) -> LexborNode | None:
    """The item that a property belongs to."""
    items = (one for one in _ancestors(node) if not {"itemscope", "itemtype"}.isdisjoint(one.attributes))
    return next(items, None)


def _is_of_page(owner: LexborNode | None) -> bool:
    kind = "" if owner is None else (owner.attributes.get("itemtype") or "").lower()
    return owner is None or any(name in kind for name in _PAGES)
