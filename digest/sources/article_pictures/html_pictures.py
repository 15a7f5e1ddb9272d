"""Finds the first picture of an article in its HTML. Pure."""

import re

from digest.parsing.references import resolved_attribute
from digest.sources.article_pictures.addresses import is_avif, is_picture, usable_picture
from digest.sources.article_pictures.choice import NO_PICTURE, FoundPicture, is_poor, wider
from digest.sources.article_pictures.image_tags import attributes_of, is_invisible, picture_of_img, picture_of_source
from digest.sources.shown_markup import may_have_unshown, shown_markup

# A regular expression, because a parser of HTML would take two thirds of the time of the whole feed: row "RSS, 40 items
# with their whole text" of benchmarks/parsing.py. A tag ends after quoted ">", else (careless quotes) at the first ">".
_IMG = re.compile(
    r"""<(?=[aisAIS])(?i:amp-img|amp-anim|img|source)\b(?:((?:[^<>"']++|"[^"]*+"|'[^']*+')*)>|([^<>]{1,4000})>)"""
)
_NOSCRIPT = re.compile(r"(?i)\s*(?:</\w{1,20}>\s*){0,3}<noscript\b[^<>]*>\s*<img\b([^<>]{1,4000})>")
# Pictures of other elements: the first frame of a video, Media RSS within a text as for Yandex Zen, and a background.
_BEHIND = re.compile(
    r"""(?i)<video\b[^<>]{0,2000}?\s(?:data-)?poster\s*=\s*["']?([^\s"'<>]+)"""
    r"""|<\w{1,20}\b[^<>]{0,2000}?\sdata-(?:bg(?:set)?|background(?:-image)?)\s*=\s*["']?(?:url\()?([^\s"'<>()]+)"""
    # That of an <img> is its picture, which was looked at before.
    r"""|<(?!(?:amp-)?img\b)\w{1,20}\b[^<>]{0,2000}?\sdata-original\s*=\s*["']?(?:url\()?([^\s"'<>()]+)"""
    r"""|\sstyle\s*=\s*["'][^<>]{0,500}?background(?:-image)?\s*:[^<>;]{0,100}?url\(\s*(?:["']|&quot;|&#0?3[49];)?([^\s"'<>()&]+)"""
    r"""|<media:(?:content|thumbnail)\b[^<>]{0,2000}?\surl\s*=\s*["']?([^\s"'<>]+)"""
)
_BEHIND_SIGNS = ("poster", "data-b", "data-original", "background", "<media:")
_LONGEST_MARKUP = 200_000


def first_picture(markup: str, base: str | None) -> FoundPicture:
    """The first picture in HTML that shows something of the article, or one without a URL."""
    if "=" not in markup:  # quick path for markup without attributes (benchmarks: parsing)
        return NO_PICTURE
    markup = markup[:_LONGEST_MARKUP]
    found, place = _first_picture(markup, base)
    if place and may_have_unshown(markup[:place]):
        found, _ = _first_picture(shown_markup(markup), base)
    if found.url is None and any(sign in markup for sign in _BEHIND_SIGNS):
        return _picture_behind(shown_markup(markup), base)
    return found


def _first_picture(markup: str, base: str | None) -> tuple[FoundPicture, int]:
    """The first picture that its own tag does not hide, and where that begins; a poor one only without another."""
    other: FoundPicture | None = None  # of a <source> of the <picture> whose <img> follows
    poor: list[tuple[FoundPicture, int]] = []
    for match in _IMG.finditer(markup):
        attributes = attributes_of(match[1] or match[2] or "")
        if match[0][1] in "sS":
            other = wider(other, picture_of_source(attributes, base))
            continue
        own = None if is_invisible(attributes) else (picture_of_img(attributes, base) or other)
        if own and other and is_avif(own.url):
            own = other
        if own and (found := _instead_of(attributes, markup, match.end(), base) or own):
            # Behind a poor one, an address that looks like no picture may be that of a counter.
            if not is_poor(found) and (not poor or found.width or is_picture("", found.url or "")):
                return found, match.start()
            poor.append((found, match.start()))
        other = None
    return min(poor, key=lambda pair: is_avif(pair[0].url), default=(other or NO_PICTURE, 0))


def _instead_of(attributes: dict[str, str], markup: str, place: int, base: str | None) -> FoundPicture | None:
    """The picture in the `<noscript>` that follows one loaded late, which may be a placeholder of any name."""
    if "lazy" not in attributes.get("class", "").lower() or not (match := _NOSCRIPT.match(markup, place)):
        return None
    real = attributes_of(match[1])
    return None if is_invisible(real) else picture_of_img(real, base)


def _picture_behind(markup: str, base: str | None) -> FoundPicture:
    """The first frame of a video or the background of an element, if it is a picture file."""
    addresses = (resolved_attribute(match[match.lastindex or 0]) for match in _BEHIND.finditer(markup))
    files = (address for address in addresses if is_picture("", address))
    return next((FoundPicture(url) for address in files if (url := usable_picture(address, base))), NO_PICTURE)
