"""Chooses an article's picture among those that a feed names or that are in the text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from digest.model.pictures import PictureShape, picture_shape
from digest.parsing.pixels import parse_pixels
from digest.parsing.urls import web_url
from digest.sources.feed.fields import Table, field, table_field, tables_field, text_field

# A regular expression, because a parser of HTML would take two thirds of the time of the whole feed: row "RSS, 40 items
# with their whole text" of benchmarks/parsing.py. A tag ends after quoted ">", else (careless quotes) at the first ">".
_IMG = re.compile(r"""<(?=[aisAIS])(?i:amp-img|img|source)\b(?:((?:[^<>"']++|"[^"]*+"|'[^']*+')*)>|([^<>]{1,4000})>)""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_LONGEST_MARKUP = 200_000
_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_TYPES = frozenset(suffix.lstrip(".") for suffix in _SUFFIXES) | {"image", "picture", "photo"}
_OTHER_MEDIA = ("video", "audio", "text", "application/pdf", "application/x-shockwave-flash")
# Attributes in which scripts that load pictures late keep the address, the most common first.
_LATE_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-lazy")
_LATE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|(?:left|top|right|text-indent|margin(?:-\w+)?)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]"
)
# What no reader sees: comments, programs, and elements that are hidden whole.
_UNSHOWN = re.compile(
    # A comment and a program end before the next one begins, or many that have no end would take long.
    r"(?is)<!--(?:-?>|(?:(?!<!--).)*?--!?>)|<(script|style|template)\b(?:(?!<\1\b).)*?</\1\s*>"
    r"""|<(div|span|p|a|figure|section)\b(?=[^<>]{0,500}(?:style\s{0,9}=\s{0,9}["'][^"'<>]{0,500}"""
    r"""(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)|\shidden(?:[\s>=]))).{0,2000}?</\2\s*>"""
)
_STYLE_SIZE = re.compile(
    r"(?i)(?:^|[\s;])(?:max-)?(width|height)\s*:\s*(\d+(?:\.\d+)?)(?:px)?\s*(?:!important\s*)?(?:;|$)"
)
_SIZE = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*")
_SMALLEST, _LARGEST_ICON = 3, 32  # pixels: a tracking pixel has one smaller side, an icon has both small
_WIDEST = 2_000  # pixels: a picture of a message is at most 600 wide, on a screen of high density twice that
_NARROW = 600  # pixels: a picture that is as wide as a message
_UNUSUAL_TYPES = frozenset({"image/avif", "image/svg+xml", "image/jxl"})
_LONGEST_SET = 20_000
_BETWEEN_CANDIDATES = re.compile(r"(?<=[\d][wx]),|,\s")
_DESCRIPTOR = re.compile(r"(\d{1,5}(?:\.\d+)?)([wx])")
# Faces, emoji and counters, by host, by path and by file name; and placeholders. Not one
# regular expression, whose search takes a twentieth of the time of the whole feed.
_OTHER_HOST_NAMES = """
    gravatar.com gravatar.cn mc.yandex.ru counter.yadro.ru top-fwz1.mail.ru top.mail.ru counter.rambler.ru
    top100.rambler.ru pixel.wp.com stats.wordpress.com feeds.wordpress.com doubleclick.net google-analytics.com
    scorecardresearch.com quantserve.com feedsportal.com rss.buysellads.com
"""
_OTHER_HOSTS = tuple(f".{host}" for host in _OTHER_HOST_NAMES.split())
_OTHER_PARTS = (
    *("/emoji/", "twemoji", "/smilies/", "/avatars/", "/user_avatar", "/letter_avatar", "/userpic", "gravatar.com"),
    *("feedburner.com/~", "medium.com/_/stat", "facebook.com/tr"),
)
_PLACEHOLDER = re.compile(
    r"(?i)(?:[\w-]*(?:placeholder|lazy-?load)[\w.-]{0,12}|(?:pixel|spacer|blan[k]|transparent|transp|clear|empty|dot|lazy"
    r"|1x1|loading|loader|preloader|gr[ae]y)[-_.]?(?:\d+(?:x\d+)?|image|img|pixel|bg)?)\.(?:gif|png|svg|webp|jpe?g)"
)
_INVISIBLE_SIGNS = frozenset({"style", "width", "height", "class", "hidden"})
_NAMED = frozenset({"media_content", "media_thumbnail", "image"})


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """The absolute URL of a picture, and its size in pixels as the feed states it; None for what is unknown."""

    url: str | None = None
    width: int | None = None
    height: int | None = None


NO_PICTURE = FoundPicture()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An address in a feed, with a rank by its width: pixels, or of densities any number that grows with them."""

    url: str
    width: int | None = None
    height: int | None = None
    rank: int = 0


def picture_of(item: Table, markups: Iterable[tuple[str, str | None]], base: str | None) -> FoundPicture:
    """An item's picture: one that the feed names, else the first in its texts; a small one only without another.

    With each text comes the URL where relative links in it start; those that the feed names start from `base`.
    """
    small = NO_PICTURE
    links = [link for link in tables_field(item, "links") if field(link, "rel") == "enclosure"]
    if links or not _NAMED.isdisjoint(item):
        for group in _named_pictures(item, links):
            if found := _best(group, base):
                if not _is_small(found):
                    return found
                small = small if small.url else found
    for markup, base_of_text in markups:
        found = first_picture(markup, base_of_text)
        if found.url and not _is_small(found):
            return found
        small = small if small.url else found
    return small


def _is_small(found: FoundPicture) -> bool:
    return found.width is not None and picture_shape(found.width, found.height) is PictureShape.SMALL


def first_picture(markup: str, base: str | None) -> FoundPicture:
    """The first picture in HTML that shows something of the article, or one without a URL."""
    markup = markup[:_LONGEST_MARKUP]
    found, place = _first_picture(markup, base)
    before = markup[:place]
    if "<!--" in before or "script>" in before or "template>" in before or "none" in before or "hidden" in before:
        found, _ = _first_picture(_UNSHOWN.sub("", markup), base)
    return found


def _first_picture(markup: str, base: str | None) -> tuple[FoundPicture, int]:
    """The first picture that its own tag does not hide, and where that begins."""
    other: FoundPicture | None = None  # of a <source> of the <picture> whose <img> follows
    for match in _IMG.finditer(markup):
        attributes = _attributes(match[1] or match[2] or "")
        if match[0][1] in "sS":
            other = other or _of_source_set(attributes, base)
            continue
        if not _is_invisible(attributes) and (found := _source(attributes, base) or other):
            return found, match.start()
        other = None
    return NO_PICTURE, 0


def _of_source_set(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The best picture of a <source>; none in a format that mail apps do not show, or of a video."""
    if attributes.get("type", "").lower() in _UNUSUAL_TYPES:
        return None
    sets = (_candidates(unescape(attributes[name]), None, None) for name in _LATE_SETS if name in attributes)
    return next((best for candidates in sets if (best := _best(candidates, base))), None)


def usable_picture(address: str, base: str | None) -> str | None:
    """The absolute URL of a picture; None for an avatar, a tracking pixel, a placeholder, an icon, SVG, a non-URL."""
    url = web_url(address, base) if address else None
    return None if url is None or _shows_something_else(url) else url


def _shows_something_else(url: str) -> bool:
    for part in _OTHER_PARTS:
        if part in url:
            return True
    parts = url.partition("?")[0].partition("#")[0].split("/")
    return (
        f".{parts[2]}".endswith(_OTHER_HOSTS)
        or parts[-1].endswith((".svg", ".svgz", ".SVG", ".ico"))
        or _PLACEHOLDER.fullmatch(parts[-1]) is not None
    )


def is_picture(kind: str, address: str) -> bool:
    """Whether a medium or a MIME type, however carelessly written, and an address mean a picture."""
    kind = kind.strip().lower()
    if kind.startswith("image/svg"):
        return False
    if kind.startswith("image") or kind in _TYPES:
        return True
    return not kind.startswith(_OTHER_MEDIA) and _path(address).endswith(_SUFFIXES)


def _named_pictures(item: Table, enclosures: list[Table]) -> Iterator[list[_Candidate]]:
    """The pictures that a feed names, those of one kind together; the kinds in the order of preference."""
    contents = [media for media in tables_field(item, "media_content") if _is_picture_content(media)]
    yield [_of_media(media) for media in contents]
    yield [_of_media(media) for media in tables_field(item, "media_thumbnail")]
    yield [
        _Candidate(href)
        for link in enclosures
        if (href := text_field(link, "href")) and is_picture(text_field(link, "type"), href)
    ]
    image = field(item, "image")
    yield [_Candidate(image if isinstance(image, str) else text_field(table_field(item, "image"), "href"))]


def _is_picture_content(media: Table) -> bool:
    kind = text_field(media, "medium") or text_field(media, "type")
    is_svg = text_field(media, "type").startswith("image/svg")
    return not is_svg and not _is_invisible(media) and is_picture(kind, text_field(media, "url"))


def _of_media(media: Table) -> _Candidate:
    width, height = (parse_pixels(field(media, name)) for name in ("width", "height"))
    return _Candidate(text_field(media, "url"), width, height, rank=width or 0)


def _best(candidates: Iterable[_Candidate], base: str | None) -> FoundPicture | None:
    """The usable picture of the best shape, of those the widest that is not excessively wide, else the first."""
    usable = [(url, one) for one in candidates if (url := usable_picture(one.url, base))]
    url, best = max(usable, key=lambda pair: _fitness(pair[1]), default=("", _Candidate("")))
    return FoundPicture(url, best.width, best.height) if url else None


def _fitness(one: _Candidate) -> tuple[int, int]:
    shape = picture_shape(one.width, one.height)
    is_plain = shape is PictureShape.PLAIN and one.width is not None
    suits = 2 if is_plain else 1 if shape in {PictureShape.PLAIN, PictureShape.PORTRAIT} else 0
    return suits, one.rank if one.rank <= _WIDEST else _WIDEST - one.rank


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of an HTML tag by lower-case name: the first one of a name, with its entities."""
    found = reversed(_ATTRIBUTE.findall(tag))
    return {name.lower(): quoted or apostrophed or bare for name, quoted, apostrophed, bare in found}


def _is_invisible(attributes: Table) -> bool:
    """Whether a picture is too small to show anything, hidden, off the screen or an emoji."""
    if _INVISIBLE_SIGNS.isdisjoint(attributes):
        return False
    style = text_field(attributes, "style")
    stated = {match[1].lower(): float(match[2]) for match in _STYLE_SIZE.finditer(style)} if style else {}
    sizes = [stated.get(name, _pixels(text_field(attributes, name))) for name in ("width", "height")]
    known = [size for size in sizes if size is not None]
    is_small = any(size <= _SMALLEST for size in known) or (len(known) == 2 and max(known) <= _LARGEST_ICON)
    classes = text_field(attributes, "class")
    is_other = "hidden" in attributes or "emoji" in classes or "wp-smiley" in classes or "avatar" in classes
    return is_small or is_other or (bool(style) and _HIDDEN.search(style) is not None)


def _pixels(text: str) -> int | None:
    match = _SIZE.fullmatch(text) if text else None
    return int(match[1]) if match else None


def _source(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The picture that a reader sees in the end: the one loaded late, else `src`, else the best of `srcset`.

    The best of a `srcset` also replaces a picture that it states to be narrower than a message.
    """
    addresses = (unescape(attributes[name]) for name in (*_LATE_SOURCES, "src") if name in attributes)
    shown = next((url for address in addresses if (url := usable_picture(address, base))), None)
    width, height = parse_pixels(attributes.get("width", "")), parse_pixels(attributes.get("height", ""))
    for name in _LATE_SETS:
        if name in attributes:
            candidates = list(_candidates(unescape(attributes[name]), width, height))
            if (shown is None or _is_narrow(shown, candidates, base)) and (best := _best(candidates, base)):
                return best
    return FoundPicture(shown, width, height) if shown else None


def _is_narrow(shown: str, candidates: Iterable[_Candidate], base: str | None) -> bool:
    return any(0 < one.rank < _NARROW and usable_picture(one.url, base) == shown for one in candidates)


def _candidates(srcset: str, width: int | None, height: int | None) -> Iterator[_Candidate]:
    """The candidates of the `srcset` of a picture of this size, which all have its proportions."""
    for part in _BETWEEN_CANDIDATES.split(srcset[:_LONGEST_SET]):
        url, _, descriptor = part.strip().partition(" ")
        match = _DESCRIPTOR.fullmatch(descriptor.strip())
        number = float(match[1]) if match else 0
        is_width = match is not None and match[2] == "w"
        own = parse_pixels(round(number if is_width else number * (width or 0)))
        scaled = parse_pixels(round(height * own / width)) if own and width and height else None
        yield _Candidate(url.rstrip(","), own, scaled, rank=round(number if is_width else 100 * number))


def _path(address: str) -> str:
    """The path of an address, in lower case; empty for one that is not an address."""
    try:
        return urlsplit(address).path.lower()
    except ValueError:
        return ""
