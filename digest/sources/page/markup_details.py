"""An article's summary, picture, author and section in OpenGraph, JSON-LD and `<meta>` of its page. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

from digest.model.pictures import PictureShape, picture_shape
from digest.parsing.absent import is_absent
from digest.parsing.pixels import parse_pixels
from digest.parsing.text import distinct_summary
from digest.sources.article_pictures.addresses import is_avif, is_picture, usable_picture
from digest.sources.feed.texts import byline, section_name
from digest.sources.page.json_ld import JsonLd, listed

_IMAGE_ADDRESSES = ("og:image", "og:image:url", "og:image:secure_url")
_TITLES = ("og:title", "twitter:title")
_TWITTER_IMAGES = ("twitter:image", "twitter:image:src")
_MOST_TAGS = 1_000
_LONGEST = 4_000
_NAMES = ("name", "givenName")
_NAME_PARTS = ("givenName", "additionalName", "familyName")


@dataclass(frozen=True, slots=True)
class _Picture:
    address: str
    width: object = None
    height: object = None


@dataclass(slots=True)
class _Meta:
    """The first `<meta>` of each name that says something, and the pictures of OpenGraph with their properties."""

    texts: dict[str, str] = field(default_factory=dict)
    is_unindexed: bool = False  # robots must not index the page
    pictures: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, text: str) -> None:
        """Add a `<meta>`; one of a picture belongs to the picture before it."""
        if name in _IMAGE_ADDRESSES and (name == "og:image" or not self.pictures):
            self.pictures.append({"og:image": text})
        elif name.startswith("og:image") and self.pictures:
            self.pictures[-1].setdefault(name, text)
        if name == "robots":
            words = text.lower()
            # `none` is `noindex, nofollow`, but not in `max-image-preview:none`.
            self.is_unindexed |= "noindex" in words or "none" in map(str.strip, words.split(","))
        if text and not is_absent(text):
            self.texts.setdefault(name, text)


def markup_details(tree: LexborHTMLParser, linked: JsonLd, url: str) -> dict[str, str]:
    """The details that the page at a URL has, by field, with the size of the picture.

    None where robots must not index the page: it asks for consent or a login, or says that the article is gone.
    """
    meta = _meta(tree)
    if meta.is_unindexed:
        return {}
    found = {
        "summary": _page_summary(linked, meta.texts),
        "author": _author(linked, meta.texts),
        "section": _section((*_of_articles(linked, "articleSection", _NAMES), meta.texts.get("article:section"))),
    }
    texts = found | _picture(_pictures(tree, linked, meta), _logos_and_faces(linked), url)
    return {name: text[:_LONGEST] for name, text in texts.items() if text}


def _meta(tree: LexborHTMLParser) -> _Meta:
    meta = _Meta()
    for node in islice(tree.css("meta[content]"), _MOST_TAGS):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").strip().lower()
        meta.add(name, (node.attributes.get("content") or "").strip())
    return meta


def _first(*texts: str | None) -> str | None:
    return next((text for text in texts if text and not is_absent(text)), None)


def _page_summary(linked: JsonLd, meta: Mapping[str, str]) -> str | None:
    """The first description; one that repeats a title of the page does not describe it."""
    titles = [*_of_articles(linked, "headline", ()), *(meta[name] for name in _TITLES if name in meta)]
    described = (meta.get("og:description"), *_of_articles(linked, "description", ()), meta.get("description"))
    return _first(*(text for text in described if all(distinct_summary(text, title) for title in titles)))


def _of_articles(linked: JsonLd, name: str, properties: tuple[str, ...]) -> Iterator[str]:
    for article in linked.articles:
        yield from linked.texts(article.get(name), *properties)


def _section(texts: Iterable[str | None]) -> str | None:
    """The first text that names a section; some give the address of its page, a number, or `Uncategorized`."""
    return next((text for text in texts if text and section_name(text)), None)


def _author(linked: JsonLd, meta: Mapping[str, str]) -> str | None:
    """The names of the authors in the first place that has any; some name the addresses of their pages instead."""
    people = [_with_name(linked, one) for article in linked.articles for one in listed(article.get("author"))]
    places = (list(linked.texts(people, *_NAMES)), [meta.get("article:author")], [meta.get("author")])
    for place in places:
        names = [name for name in place if name and not is_absent(name) and not _is_address(name)]
        if line := byline(tuple(names)):
            return line
    return None


def _with_name(linked: JsonLd, person: object) -> object:
    """A person whose name is stated in parts, with the whole name."""
    whole = linked.resolved(person) if isinstance(person, dict) else {}
    parts = [part for name in _NAME_PARTS if isinstance(part := whole.get(name), str)]
    return person if whole.get("name") or not parts else whole | {"name": " ".join(parts)}


def _is_address(name: str) -> bool:
    return "://" in name or name.lower().startswith("www.")


def _pictures(tree: LexborHTMLParser, linked: JsonLd, meta: _Meta) -> Iterator[_Picture]:
    """The pictures that the page names, the most fitting first."""
    for one in meta.pictures:
        width, height = one.get("og:image:width"), one.get("og:image:height")
        yield from (_Picture(one[name], width, height) for name in _IMAGE_ADDRESSES if name in one)
    for article in linked.articles:
        for name in ("image", "primaryImageOfPage", "thumbnailUrl"):
            yield from _linked_pictures(linked, article.get(name))
    yield from (_Picture(meta.texts[name]) for name in _TWITTER_IMAGES if name in meta.texts)
    for link in tree.css("link[rel=image_src][href]"):
        yield _Picture(link.attributes.get("href") or "")


def _linked_pictures(linked: JsonLd, value: object) -> Iterator[_Picture]:
    """The pictures of a property: addresses, or objects, of which some have their address as `@id`."""
    for one in linked.objects(value):
        width, height = one.get("width"), one.get("height")
        addresses = [*linked.texts(one, "url", "contentUrl"), *linked.texts(one, "contentUrl")]
        name = one.get("@id")
        if not addresses and isinstance(name, str) and is_picture("", name):
            addresses = [name]
        yield from (_Picture(address, width, height) for address in addresses)
    yield from map(_Picture, linked.texts(value))


def _picture(pictures: Iterable[_Picture], others: frozenset[str], url: str) -> dict[str, str]:
    """The first picture that shows something of the article, and its size where the same place states it.

    A small one, or one in AVIF, only without another.
    """
    usable = [one for one in pictures if one.address not in others and usable_picture(one.address, url)]
    if not usable:
        return {}
    best = min(usable, key=_is_poor)
    size = {"image_width": _pixels(best.width), "image_height": _pixels(best.height)}
    return {"image_url": best.address} | {name: str(pixels) for name, pixels in size.items() if pixels}


def _is_poor(one: _Picture) -> bool:
    return picture_shape(_pixels(one.width), _pixels(one.height)) is PictureShape.SMALL or is_avif(one.address)


def _logos_and_faces(linked: JsonLd) -> frozenset[str]:
    """The addresses of the logos of publishers and of the portraits of authors, which sites also name as pictures."""
    things = [*linked.articles, *linked.by_id.values()]
    people = [person for one in things for name in ("publisher", "author") for person in linked.objects(one.get(name))]
    values = [*(one.get("logo") for one in (*things, *people)), *(person.get("image") for person in people)]
    return frozenset(text for value in values for text in linked.texts(value, "url", "contentUrl"))


def _pixels(value: object) -> int | None:
    """A side of a picture, which JSON-LD may write as a `QuantitativeValue`, or a `Distance` such as `1200 px`."""
    return parse_pixels((value.get("value") or value.get("name")) if isinstance(value, dict) else value)
