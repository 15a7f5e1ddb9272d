"""The picture that a reader sees in place of one `<img>` or `<source>`, and whether they see it. Pure."""

import re
from collections.abc import Sequence

from digest.parsing.pixels import parse_pixels, size_in_name
from digest.parsing.references import resolved_attribute
from digest.sources.article_pictures.addresses import is_avif, is_picture, usable_picture
from digest.sources.article_pictures.choice import FoundPicture, PictureCandidate, best_of, fitness
from digest.sources.article_pictures.sizes import BANNERS, LARGEST_ICON, NARROW, SMALLEST, is_tiny
from digest.sources.article_pictures.source_sets import best_first, candidates_of

_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
# Attributes in which scripts that load pictures late keep the address, the most common first.
LATE_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-lazy")
LATE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|(?:left|top|right|text-indent|margin(?:-\w+)?)\s*:\s*-\d{3,}|scale\(\s*0(?:\.0+)?\s*[,)]|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]"
)
_STYLE_SIZE = re.compile(
    r"(?i)(?:^|[\s;])(?:max-)?(width|height)\s*:\s*(\d+(?:\.\d+)?)(px|r?em|ex|%)?\s*(?:!important\s*)?(?=;|$)"
)
_SIZE = re.compile(r"\s*+(\d{1,5})(?:\.\d+)?\s*+(px|%)?\s*+")
_UNUSUAL_TYPES = frozenset({"image/avif", "image/svg+xml", "image/jxl"})
# What other scripts call the address of a picture that they load late.
_PICTURE_FILE = re.compile(r"(?i)(?:https?:)?/{0,2}[^\s\"'<>{}]{1,2000}\.(?:jpe?g|png|webp|gif)(?:\?[^\s\"'<>]*)?")
_ADDRESS = re.compile(r"(?i)(?:https?:/)?/[^\s\"'<>{}]{2,2000}\Z")
_NOT_SOURCES = frozenset({"src", "alt", "title", "class", "id", "style", "sizes", "href", *LATE_SOURCES, *LATE_SETS})
_OTHER_CLASS = re.compile(
    r"(?i)(?:^|[\s_-])(?:smiley|smilies|emoticon|icon|favicon|user[_-]?pic|author|gravatar"
    r"|profile[_-](?:pic|picture|photo|img|image)|logo|latex|share|sharing)(?=$|[\s_-])"
)
_INVISIBLE_SIGNS = frozenset({"style", "width", "height", "class", "hidden"})


def attributes_of(tag: str) -> dict[str, str]:
    """The attributes of an HTML tag by lower-case name: the first one of a name, with its entities."""
    found = reversed(_ATTRIBUTE.findall(tag))
    return {name.lower(): quoted or apostrophed or bare for name, quoted, apostrophed, bare in found}


def picture_of_img(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The picture that a reader sees in the end: one loaded late, also of a set, else `src`, else the best of `srcset`.

    The best of a `srcset` also replaces a picture that is stated to be narrower than a message.
    """
    addresses = [(name, resolved_attribute(attributes[name])) for name in (*LATE_SOURCES, "src") if name in attributes]
    found = ((name, url) for name, address in addresses if (url := usable_picture(address, base)))
    place, shown = next(found, ("src", None))
    width, height = _stated_size(attributes)
    for name in LATE_SETS:
        if name in attributes:
            candidates = list(candidates_of(resolved_attribute(attributes[name]), width, height))
            # Beside a set that is loaded late, `src` is its placeholder, whatever its name.
            is_placeholder = place == "src" and name != "srcset"
            is_passing = shown is None or is_placeholder or is_avif(shown) or _is_narrow(shown, candidates, base)
            if is_passing and (best := best_of(candidates, base)):
                return best
    shown = shown or _under_another_name(attributes, base)
    if shown and not width and not height:
        width, height = size_in_name(shown)
        if (width, height) in BANNERS:
            return None
    return FoundPicture(shown, width, height) if shown else None


def picture_of_source(attributes: dict[str, str], base: str | None) -> FoundPicture | None:
    """The best picture of a <source>; none in a format that mail apps do not show, or of a video."""
    if attributes.get("type", "").lower() in _UNUSUAL_TYPES:
        return None
    sets = (candidates_of(resolved_attribute(attributes[name]), None, None) for name in LATE_SETS if name in attributes)
    if best := next((best for candidates in sets if (best := best_of(candidates, base))), None):
        return best
    # Not what HTML defines, but what some scripts and programs write.
    single = (resolved_attribute(attributes[name]) for name in (*LATE_SOURCES, "src") if name in attributes)
    kind = attributes.get("type", "")
    files = (url for address in single if is_picture(kind, address) and (url := usable_picture(address, base)))
    return next(map(FoundPicture, files), None)


def is_invisible(attributes: dict[str, str]) -> bool:
    """Whether a picture is too small to show anything, hidden, off the screen, an emoji, a face or a logo."""
    if _INVISIBLE_SIGNS.isdisjoint(attributes):
        return False
    style = attributes.get("style", "")
    stated = {one[1].lower(): (float(one[2]), one[3] or "") for one in _STYLE_SIZE.finditer(style)} if style else {}
    stated = {name: (size, unit) for name, (size, unit) in stated.items() if unit != "%" or size <= SMALLEST}
    of_font = {name for name, (_, unit) in stated.items() if unit.lower().endswith(("em", "ex"))}
    if any(stated[name][0] <= 2 for name in of_font):
        return True
    sizes = [
        stated[name][0] if name in stated else _pixels(attributes.get(name, ""))
        for name in ("width", "height")
        if name not in of_font
    ]
    if attributes.get("layout") == "responsive":  # of AMP: width and height may be no more than proportions
        sizes = []
    classes = attributes.get("class", "")
    is_other = "emoji" in classes or "avatar" in classes or _OTHER_CLASS.search(classes) is not None
    return is_tiny([size for size in sizes if size is not None]) or is_other or _is_hidden(attributes, style)


def _is_hidden(attributes: dict[str, str], style: str) -> bool:
    """Whether a picture is hidden for good: scripts that load it late show it."""
    is_late = any("src" in name for name in attributes if name not in {"src", "srcset"})
    return not is_late and ("hidden" in attributes or (bool(style) and _HIDDEN.search(style) is not None))


def _pixels(text: str) -> int | None:
    """The pixels of an attribute; a percentage tells something only where it is tiny."""
    match = _SIZE.fullmatch(text) if text else None
    return int(match[1]) if match and (match[2] != "%" or int(match[1]) <= SMALLEST) else None


def _stated_size(attributes: dict[str, str]) -> tuple[int | None, int | None]:
    """The width and height of an image; those of AMP may be no more than proportions, such as 16 and 9."""
    width, height = parse_pixels(attributes.get("width", "")), parse_pixels(attributes.get("height", ""))
    is_proportion = attributes.get("layout") == "responsive" and max(width or 0, height or 0) <= LARGEST_ICON
    return (None, None) if is_proportion else (width, height)


def _under_another_name(attributes: dict[str, str], base: str | None) -> str | None:
    """The address in any other attribute: of a picture file, or one whose name is such as `data-cfsrc`."""
    others = [
        (name, resolved_attribute(value)) for name, value in reversed(attributes.items()) if name not in _NOT_SOURCES
    ]
    files = [address for _, address in others if _PICTURE_FILE.fullmatch(address)]
    files += [address for name, address in others if name.endswith("src") and _ADDRESS.match(address)]
    files += [one.url for name, text in others if name.endswith("srcset") for one in best_first(text)]
    return next((url for address in files if (url := usable_picture(address, base))), None)


def _is_narrow(shown: str, candidates: Sequence[PictureCandidate], base: str | None) -> bool:
    """Whether a picture is narrower than a message by the set, or by its name, and the best of the set suits better."""
    if any(0 < one.rank < NARROW and usable_picture(one.url, base) == shown for one in candidates):
        return True
    width, height = size_in_name(shown)
    best = best_of(candidates, base) if width and width < NARROW else None
    if best is None or is_avif(best.url) or not best.width:
        return False
    return fitness(_of_size(best.width, best.height)) > fitness(_of_size(width, height))


def _of_size(width: int | None, height: int | None) -> PictureCandidate:
    return PictureCandidate("", width, height, rank=width or 0)
