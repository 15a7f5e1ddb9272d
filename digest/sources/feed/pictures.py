"""The picture of a feed's item: one that the feed names, or one in its texts. Pure."""

from collections.abc import Iterable, Iterator

from digest.parsing.pixels import parse_pixels
from digest.sources.article_pictures.addresses import is_picture
from digest.sources.article_pictures.choice import FoundPicture, PictureCandidate, best_of, best_shown, is_poor
from digest.sources.article_pictures.html_pictures import first_picture
from digest.sources.article_pictures.sizes import is_tiny
from digest.sources.feed.fields import OTHER_PICTURES, Table, field, table_field, tables_field, text_field

_NAMED = frozenset({"media_content", "media_thumbnail", "image", *OTHER_PICTURES})


def picture_of(item: Table, markups: Iterable[tuple[str, str | None]], base: str | None) -> FoundPicture:
    """An item's picture: one that the feed names, else the first in its texts.

    A small one, or one in AVIF, only without another. With each text comes the URL where relative links in it start;
    those that the feed names start from `base`.
    """
    poor: list[FoundPicture] = []
    links = [link for link in tables_field(item, "links") if field(link, "rel") == "enclosure"]
    if links or not _NAMED.isdisjoint(item):
        for group in _named_pictures(item, links):
            if found := best_of(group, base):
                if not is_poor(found):
                    return found
                poor.append(found)
    for markup, base_of_text in markups:
        found = first_picture(markup, base_of_text)
        if found.url and not is_poor(found):
            return found
        poor += [found] if found.url else []
    return best_shown(poor)


def _named_pictures(item: Table, enclosures: list[Table]) -> Iterator[list[PictureCandidate]]:
    """The pictures that a feed names, those of one kind together; the kinds in the order of preference."""
    contents = [media for media in tables_field(item, "media_content") if _is_picture_content(media)]
    yield [_of_media(media) for media in contents]
    yield [_of_media(media) for media in tables_field(item, "media_thumbnail")]
    yield [
        PictureCandidate(href)
        for link in enclosures
        if (href := text_field(link, "href")) and is_picture(text_field(link, "type"), href)
    ]
    image = field(item, "image")
    address = image if isinstance(image, str) else text_field(table_field(item, "image"), "href")
    yield [PictureCandidate(address if _is_address(address) else "")]
    yield [_of_other(item, name) for name in OTHER_PICTURES]


def _is_picture_content(media: Table) -> bool:
    kind = text_field(media, "medium") or text_field(media, "type")
    address = text_field(media, "url")
    # A size of 0 means that it is unknown.
    sizes = [size for name in ("width", "height") if (size := parse_pixels(field(media, name)))]
    return not is_tiny(sizes) and all(is_picture(one, address) for one in {kind, text_field(media, "type") or kind})


def _of_media(media: Table) -> PictureCandidate:
    width, height = (parse_pixels(field(media, name)) for name in ("width", "height"))
    is_sample = text_field(media, "expression") == "sample"
    preference = (text_field(media, "isdefault") == "true") - is_sample
    return PictureCandidate(text_field(media, "url"), width, height, rank=width or 0, preference=preference)


def _of_other(item: Table, name: str) -> PictureCandidate:
    """What an element of no vocabulary names: its text may be another thing than an address, such as `1` or a title."""
    text = text_field(item, name)
    return PictureCandidate(text) if _is_address(text) else _of_media(table_field(item, name))


def _is_address(text: str) -> bool:
    return is_picture("", text) or ("/" in text and " " not in text)
