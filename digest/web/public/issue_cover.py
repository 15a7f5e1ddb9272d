"""The cover of an issue: the picture and titles that show on the home page what a reader would get.

Its picture is also that of the issue's page where somebody shares its link.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import lxml.html
from lxml.html import HtmlElement

_MOST_TITLES = 4
_NARROWEST = 200  # pixels: a logo or a thumbnail makes no cover
_TITLES = ".//*[self::h2 or self::h3][.//a]"  # headings of sections have no link


@dataclass(frozen=True, slots=True)
class CoverTitle:
    """The title of a story; the language is empty where it is the issue's."""

    text: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """The first stories of an issue; the picture is a URL, empty if none is wide enough."""

    picture: str
    titles: tuple[CoverTitle, ...]


@lru_cache(maxsize=64)
def issue_cover(html: str, subject: str = "") -> Cover:
    """The cover of an issue's public HTML; a title that the subject says, perhaps shortened, is left out."""
    page = lxml.html.fromstring(html)
    wide = (image.get("src", "") for image in page.iter("img") if _is_wide(image))
    found = (CoverTitle(" ".join(one.text_content().split()), one.get("lang", "")) for one in page.xpath(_TITLES))
    others = (title for title in islice(found, _MOST_TITLES) if not _is_same(title.text, subject))
    return Cover(picture=next(wide, ""), titles=tuple(others))


def _is_same(title: str, subject: str) -> bool:
    return subject == title or (subject.endswith("…") and title.startswith(subject[:-1].rstrip()))


def _is_wide(image: HtmlElement) -> bool:
    width = image.get("width", "")
    in_masthead = any(above.tag == "h1" for above in image.iterancestors())
    return width.isdecimal() and int(width) >= _NARROWEST and not in_masthead
