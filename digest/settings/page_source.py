"""Validates the settings of pages: CSS selectors, the fields they fill, the date pattern. Pure.

All functions raise ValueError with what is expected instead.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from digest.parsing.date_patterns import DatePattern
from digest.settings.fields import suggestion

COUNTERS = ("views", "comments", "rating")
ON_ARTICLE_PAGES = (*COUNTERS, "image_credit")

_LONGEST = 500
_WITH_ATTRIBUTE = re.compile(r"(.*?)\s*@\s*([A-Za-z_:][\w:.-]{0,60})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector and the attribute to read instead of the text; an empty `css` selects the item itself."""

    css: str
    attribute: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read `selector@attribute`; raises ValueError for an invalid selector."""
        match = _WITH_ATTRIBUTE.fullmatch(text.strip())
        css, attribute = (match[1], match[2]) if match else (text.strip(), None)
        if css or attribute is None:
            _require_css(css)
        return cls(css, attribute)

    def __str__(self) -> str:
        return self.css + (f"@{self.attribute}" if self.attribute else "")


def item_selector(text: str) -> str:
    """The selector of a listing's items."""
    if Selector.parse(text).attribute is not None:
        raise ValueError('expected a CSS selector such as ".discussion li", without @ and an attribute')
    return text


def selectors(known: Collection[str]) -> Callable[[dict[str, str]], dict[str, str]]:
    """A validator of a table of fields: every field is known and has a valid selector."""

    def check(fields: dict[str, str]) -> dict[str, str]:
        for name, text in fields.items():
            if name not in known:
                raise ValueError(f"unknown field {name}; {suggestion(name, known)}")
            try:
                Selector.parse(text)
            except ValueError as error:
                raise ValueError(f'{name} = "{text[:80]}": {error}') from None
        return fields

    return check


def date_pattern(text: str) -> str:
    """A pattern that `DatePattern` understands."""
    DatePattern.parse(text)
    return text


def _require_css(css: str) -> None:
    try:
        if len(css) <= _LONGEST:
            LexborHTMLParser("<a>").css_first(css)
            return
    except (SelectolaxError, UnicodeError):
        pass
    raise ValueError('expected a CSS selector such as ".counters .views" or "a@href"')


ItemSelector = Annotated[str, AfterValidator(item_selector)]
ArticlePageFields = Annotated[dict[str, str], AfterValidator(selectors(ON_ARTICLE_PAGES))]
DateFormat = Annotated[str, AfterValidator(date_pattern)]
