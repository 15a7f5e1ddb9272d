"""Chooses an article's picture among those that a feed names or that are in the text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from digest.model.pictures import PictureShape, picture_shape
from digest.parsing.pixels import parse_pixels, size_in_name
from digest.parsing.references import resolved_attribute
from digest.sources.feed.fields import OTHER_PICTURES, Table, field, table_field, tables_field, text_field
from digest.sources.feed.picture_addresses import is_avif, is_picture, usable_picture
from digest.sources.feed.shown_markup import may_have_unshown, shown_markup

# A regular expression, because a parser of HTML would take two thirds of the time of the whole feed: row "RSS, 40 items
# with their whole text" of benchmarks/parsing.py. A tag ends after quoted ">", else (careless quotes) at the first ">".
_IMG = re.compile(
    r"""<(?=[aisAIS])(?i:amp-img|amp-anim|img|source)\b(?:((?:[^<>"']++|"[^"]*+"|'[^']*+')*)>|([^<>]{1,4000})>)"""
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_NOSCRIPT = re.compile(r"(?i)\s*(?:</\w{1,20}>\s*){0,3}<noscript\b[^<>]*>\s*<img\b([^<>]{1,4000})>")
# Pictures of other elements: the first frame of a video, Media RSS within a text as for Yandex Zen, and a background.
_BEHIND = re.compile(
    r"""(?i)<video\b[^<>]{0,2000}?\s(?:data-)?poster\s*=\s*["']?([^\s"'<>]+)"""
    r"""|<\w{1,20}\b[^<>]{0,2000}?\sdata-(?:bg(?:set)?|background(?:-image)?)\s*=\s*["']?(?:url\()?([^\s"'<>()]+)"""
    r"""|\sstyle\s*=\s*["'][^<>]{0,500}?background(?:-image)?\s*:[^<>;]{0,100}?url\(\s*(?:["']|&quot;|&#0?3[49];)?([^\s"'<>()&]+)"""
    r"""|<media:(?:content|thumbnail)\b[^<>]{0,2000}?\surl\s*=\s*["']?([^\s"'<>]+)"""
)
_BEHIND_SIGNS = ("poster", "data-b", "background", "<media:")
_LONGEST_MARKUP = 200_000
# Attributes in which scripts that load pictures late keep the address, the most common first.
_LATE_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-lazy")
_LATE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|(?:left|top|right|text-indent|margin(?:-\w+)?)\s*:\s*-\d{3,}|scale\(\s*0(?:\.0+)?\s*[,)]|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]"
)
_STYLE_SIZE = re.compile(
    r"(?i)(?:^|[\s;])(?:max-)?(width|height)\s*:\s*(\d+(?:\.\d+)?)(px|r?em|ex|%)?\s*(?:!important\s*)?(?=;|$)"
)
_SIZE = re.compile(r"\s*+(\d{1,5})(?:\.\d+)?\s*+(px|%)?\s*+")
_SMALLEST, _LARGEST_ICON = 3, 32  # pixels: a tracking pixel has one smaller side, an icon no large one
# Width and height of advertisements (IAB) that are no usual shape of a picture.
_BANNERS = frozenset(
    {(468, 60), (234, 60), (120, 60), (88, 31), (728, 90), (970, 90), (320, 50), (160, 600), (120, 600)}
)
_WIDEST = 2_000  # pixels: a picture of a message is at most 600 wide, on a screen of high density twice that
_NARROW = 600  # pixels: a picture that is as wide as a message
_UNUSUAL_TYPES = frozenset({"image/avif", "image/svg+xml", "image/jxl"})
_LONGEST_SET = 20_000
_URL = re.compile(r"[^\s,]\S*")
_DESCRIPTOR = re.compile(r"(?:^|\s)(\d{1,5}(?:\.\d+)?)([wx])(?=\s|$)")
_END_OF_SET = re.compile(r"\S\s+\d{1,5}(?:\.\d+)?[wx][\s,]*\Z")
_REST_OF_ADDRESS = re.compile(r"(?:^|\s)(?!\d+(?:\.\d+)?[A-Za-z]{0,2}(?:\s|$))\S")
# What other scripts call the address of a picture that they load late.
_PICTURE_FILE = re.compile(r"(?i)(?:https?:)?/{0,2}[^\s\"'<>{}]{1,2000}\.(?:jpe?g|png|webp|gif)(?:\?[^\s\"'<>]*)?")
_ADDRESS = re.compile(r"(?i)(?:https?:/)?/[^\s\"'<>{}]{2,2000}\Z")
_NOT_SOURCES = frozenset({"src", "alt", "title", "class", "id", "style", "sizes", "href", *_LATE_SOURCES, *_LATE_SETS})
_OTHER_CLASS = re.compile(
    r"(?i)(?:^|[\s_-])(?:smiley|smilies|emoticon|icon|favicon|user[_-]?pic|author|gravatar"
    r"|profile[_-](?:pic|picture|photo|img|image)|logo|latex|share|sharing)(?=$|[\s_-])"
)
_INVISIBLE_SIGNS = frozenset({"style", "width", "height", "class", "hidden"})
_NAMED = frozenset({"media_content", "media_thumbnail", "image", *OTHER_PICTURES})


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
    preference: int = 0  # among pictures of one shape and rank


def picture_of(item: Table, markups: Iterable[tuple[str, str | None]], base: str | None) -> FoundPicture:
    """An item's picture: one that the feed names, else the first in its texts.

    A small one, or one in AVIF, only without another. With each text comes the URL where relative links in it start;
    those that the feed names start from `base`.
    """
    poor: list[FoundPicture] = []
    links = [link for link in tables_field(item, "links") if field(link, "rel") == "enclosure"]
    if links or not _NAMED.isdisjoint(item):
        for group in _named_pictures(item, links):
            if found := _best(group, base):
                if not _is_poor(found):
                    return found
                poor.append(found)
    for markup, base_of_text in markups:
        found = first_picture(markup, base_of_text)
        if found.url and not _is_poor(found):
            return found
        poor += [found] if found.url else []
    return best_shown(poor)


def best_shown(found: Iterable[FoundPicture]) -> FoundPicture:
    """The first picture that is not AVIF, else the first one."""
    return min(found, key=lambda one: is_avif(one.url), default=NO_PICTURE)


def _is_poor(found: FoundPicture) -> bool:
    is_small = found.width is not None and picture_shape(found.width, found.height) is PictureShape.SMALL
    return is_small or is_avif(found.url)


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


def _picture_behind(markup: str, base: str | None) -> FoundPicture:
    """The first frame of a video or the background of an element, if it is a picture file."""
    addresses = (resolved_attribute(match[match.lastindex or 0]) for match in _BEHIND.finditer(markup))
    files = (address for address in addresses if is_picture("", address))
    return next((FoundPicture(url) for address in files if (url := usable_picture(address, base))), NO_PICTURE)


def _first_picture(markup: str, base: str | None) -> tuple[FoundPicture, int]:
    """The first picture that its own tag does not hide, and where that begins; a poor one only without another."""
    other: FoundPicture | None = None  # of a <source> of the <picture> whose <img> follows
    poor: list[tuple[FoundPicture, int]] = []
    for match in _IMG.finditer(markup):
        attributes = _attributes(match[1] or match[2] or "")
        if match[0][1] in "sS":
            other = _wider(other, _of_source_set(attributes, base))
            continue
        own = None if _is_invisible(attributes) else (_source(attributes, base) or other)
        if own and other and is_avif(own.url):
            own = other
        if own and (found := _instead_of(attributes, markup, match.end(), base) or own):
            # Behind a poor one, an address that looks like no picture may be that of a counter.
            if not _is_poor(found) and (not poor or found.width or is_picture("", found.url or "")):
                return found, match.start()
            poor.append((found, match.start()))
        other = None
    return min(poor, key=lambda pair: is_avif(pair[0].url), default=(other or NO_PICTURE, 0))


def _wider(one: FoundPicture | None, other: FoundPicture | None) -> FoundPicture | None:
    """The first picture, unless it is narrower than a message and the other one, of larger screens, is wider."""
    if one is None or other is None:
        return one or other
    return other if (one.width or _NARROW) < min(other.width or 0, _NARROW) else one


def _instead_of(attributes: dict[str, str], markup: str, place: int, base: str | None) -> FoundPicture | None:
    """The picture in the `<noscript>` that follows one loaded late, which may be a placeholder of any name."""
    if "lazy" not in attributes.get("class", "").lower() or not (match := _NOSCRIPT.match(markup, place)):
        return None
    real = _attributes(match[1])
    return None if _is_invisible(real) else _source(real, base)


def _of_source_set(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The best picture of a <source>; none in a format that mail apps do not show, or of a video."""
    if attributes.get("type", "").lower() in _UNUSUAL_TYPES:
        return None
    sets = (_candidates(resolved_attribute(attributes[name]), None, None) for name in _LATE_SETS if name in attributes)
    if best := next((best for candidates in sets if (best := _best(candidates, base))), None):
        return best
    # Not what HTML defines, but what some scripts and programs write.
    single = (resolved_attribute(attributes[name]) for name in (*_LATE_SOURCES, "src") if name in attributes)
    kind = attributes.get("type", "")
    files = (url for address in single if is_picture(kind, address) and (url := usable_picture(address, base)))
    return next(map(FoundPicture, files), None)


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
    address = image if isinstance(image, str) else text_field(table_field(item, "image"), "href")
    yield [_Candidate(address if _is_address(address) else "")]
    yield [_of_other(item, name) for name in OTHER_PICTURES]


def _is_picture_content(media: Table) -> bool:
    kind = text_field(media, "medium") or text_field(media, "type")
    address = text_field(media, "url")
    # A size of 0 means that it is unknown.
    sizes = [size for name in ("width", "height") if (size := parse_pixels(field(media, name)))]
    return not _is_tiny(sizes) and all(is_picture(one, address) for one in {kind, text_field(media, "type") or kind})


def _of_media(media: Table) -> _Candidate:
    width, height = (parse_pixels(field(media, name)) for name in ("width", "height"))
    is_sample = text_field(media, "expression") == "sample"
    preference = (text_field(media, "isdefault") == "true") - is_sample
    return _Candidate(text_field(media, "url"), width, height, rank=width or 0, preference=preference)


def _of_other(item: Table, name: str) -> _Candidate:
    """What an element of no vocabulary names: its text may be another thing than an address, such as `1` or a title."""
    text = text_field(item, name)
    return _Candidate(text) if _is_address(text) else _of_media(table_field(item, name))


def _is_address(text: str) -> bool:
    return is_picture("", text) or ("/" in text and " " not in text)


def _best(candidates: Iterable[_Candidate], base: str | None) -> FoundPicture | None:
    """The usable picture of the best shape, of those the widest that is not excessively wide, else the first.

    One in AVIF only without another.
    """
    usable = [(url, _sized(one)) for one in candidates if (url := usable_picture(one.url, base))]
    url, best = max(usable, key=lambda pair: (not is_avif(pair[0]), _fitness(pair[1])), default=("", _Candidate("")))
    return FoundPicture(url, best.width, best.height) if url else None


def _sized(one: _Candidate) -> _Candidate:
    """A candidate with the size in its name, if the feed states none."""
    width, height = (None, None) if one.width or one.height or one.rank else size_in_name(one.url)
    return replace(one, width=width, height=height, rank=width) if width else one


def _fitness(one: _Candidate) -> tuple[int, int, int]:
    shape = picture_shape(one.width, one.height)
    is_plain = shape is PictureShape.PLAIN and one.width is not None
    suits = 2 if is_plain else 1 if shape in {PictureShape.PLAIN, PictureShape.PORTRAIT} else 0
    return suits, one.rank if one.rank <= _WIDEST else _WIDEST - one.rank, one.preference


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of an HTML tag by lower-case name: the first one of a name, with its entities."""
    found = reversed(_ATTRIBUTE.findall(tag))
    return {name.lower(): quoted or apostrophed or bare for name, quoted, apostrophed, bare in found}


def _is_invisible(attributes: Table) -> bool:
    """Whether a picture is too small to show anything, hidden, off the screen, an emoji, a face or a logo."""
    if _INVISIBLE_SIGNS.isdisjoint(attributes):
        return False
    style = text_field(attributes, "style")
    stated = {one[1].lower(): (float(one[2]), one[3] or "") for one in _STYLE_SIZE.finditer(style)} if style else {}
    stated = {name: (size, unit) for name, (size, unit) in stated.items() if unit != "%" or size <= _SMALLEST}
    of_font = {name for name, (_, unit) in stated.items() if unit.lower().endswith(("em", "ex"))}
    if any(stated[name][0] <= 2 for name in of_font):
        return True
    sizes = [
        stated[name][0] if name in stated else _pixels(text_field(attributes, name))
        for name in ("width", "height")
        if name not in of_font
    ]
    if field(attributes, "layout") == "responsive":  # of AMP: width and height may be no more than proportions
        sizes = []
    classes = text_field(attributes, "class")
    is_other = "emoji" in classes or "avatar" in classes or _OTHER_CLASS.search(classes) is not None
    return _is_tiny([size for size in sizes if size is not None]) or is_other or _is_hidden(attributes, style)


def _is_hidden(attributes: Table, style: str) -> bool:
    """Whether a picture is hidden for good: scripts that load it late show it."""
    is_late = any("src" in name for name in attributes if name not in {"src", "srcset"})
    return not is_late and ("hidden" in attributes or (bool(style) and _HIDDEN.search(style) is not None))


def _is_tiny(known: Sequence[float]) -> bool:
    """Whether the known sides are those of a tracking pixel, an icon or a banner."""
    is_icon = bool(known) and max(known) <= _LARGEST_ICON
    return any(size <= _SMALLEST for size in known) or is_icon or tuple(known) in _BANNERS


def _pixels(text: str) -> int | None:
    """The pixels of an attribute; a percentage tells something only where it is tiny."""
    match = _SIZE.fullmatch(text) if text else None
    return int(match[1]) if match and (match[2] != "%" or int(match[1]) <= _SMALLEST) else None


def _source(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The picture that a reader sees in the end: one loaded late, also of a set, else `src`, else the best of `srcset`.

    The best of a `srcset` also replaces a picture that it states to be narrower than a message.
    """
    addresses = [(name, resolved_attribute(attributes[name])) for name in (*_LATE_SOURCES, "src") if name in attributes]
    found = ((name, url) for name, address in addresses if (url := usable_picture(address, base)))
    place, shown = next(found, ("src", None))
    width, height = _stated_size(attributes)
    for name in _LATE_SETS:
        if name in attributes:
            candidates = list(_candidates(resolved_attribute(attributes[name]), width, height))
            # Beside a set that is loaded late, `src` is its placeholder, whatever its name.
            is_placeholder = place == "src" and name != "srcset"
            is_passing = shown is None or is_placeholder or is_avif(shown) or _is_narrow(shown, candidates, base)
            if is_passing and (best := _best(candidates, base)):
                return best
    shown = shown or _under_another_name(attributes, base)
    if shown and not width and not height:
        width, height = size_in_name(shown)
        if (width, height) in _BANNERS:
            return None
    return FoundPicture(shown, width, height) if shown else None


def _stated_size(attributes: dict[str, str]) -> tuple[int | None, int | None]:
    """The width and height of an image; those of AMP may be no more than proportions, such as 16 and 9."""
    width, height = parse_pixels(attributes.get("width", "")), parse_pixels(attributes.get("height", ""))
    is_proportion = attributes.get("layout") == "responsive" and max(width or 0, height or 0) <= _LARGEST_ICON
    return (None, None) if is_proportion else (width, height)


def _under_another_name(attributes: dict[str, str], base: str | None) -> str | None:
    """The address in any other attribute: of a picture file, or one whose name is such as `data-cfsrc`."""
    others = [
        (name, resolved_attribute(value)) for name, value in reversed(attributes.items()) if name not in _NOT_SOURCES
    ]
    files = [address for _, address in others if _PICTURE_FILE.fullmatch(address)]
    files += [address for name, address in others if name.endswith("src") and _ADDRESS.match(address)]
    files += [one.url for name, text in others if name.endswith("srcset") for one in _widest_first(text)]
    return next((url for address in files if (url := usable_picture(address, base))), None)


def _widest_first(srcset: str) -> list[_Candidate]:
    return sorted(_candidates(srcset, None, None), key=_fitness, reverse=True)


def _is_narrow(shown: str, candidates: Iterable[_Candidate], base: str | None) -> bool:
    return any(0 < one.rank < _NARROW and usable_picture(one.url, base) == shown for one in candidates)


def _candidates(srcset: str, width: int | None, height: int | None) -> Iterator[_Candidate]:
    """The candidates of the `srcset` of a picture of this size, which all have its proportions (HTML, 4.8.4.3.10)."""
    srcset, place = srcset[:_LONGEST_SET], 0
    while start := _URL.search(srcset, place):
        url, place = start[0].rstrip(","), start.end()
        if url == start[0]:
            end = srcset.find(",", place)
            descriptors, place = srcset[place:end] if end >= 0 else srcset[place:], end if end >= 0 else len(srcset)
        else:
            descriptors = ""
        if _REST_OF_ADDRESS.search(descriptors):
            continue  # an address with spaces, of which browsers show nothing
        match = _DESCRIPTOR.search(descriptors)
        number = float(match[1]) if match else 0
        is_width = match is not None and match[2] == "w"
        own = parse_pixels(round(number if is_width else number * (width or 0)))
        scaled = parse_pixels(round(height * own / width)) if own and width and height else None
        yield _Candidate(url, own, scaled, rank=round(number if is_width else 100 * number))


def is_source_set(text: str) -> bool:
    """Whether a text is a `srcset` that states a size of its last picture."""
    return _END_OF_SET.search(text) is not None


def best_of_source_set(srcset: str, base: str | None) -> str | None:
    """The address of the best picture of a `srcset`."""
    best = _best(_candidates(srcset, None, None), base)
    return best.url if best else None
