"""Validates the settings of pages: CSS selectors, the fields they fill, the date pattern. Pure.

All functions raise ValueError with what is expected instead.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated

from pydantic import AfterValidator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from digest.model.articles import COUNTERS
from digest.parsing.date_patterns import DatePattern
from digest.settings.fields import suggestion

ON_ARTICLE_PAGES = (*COUNTERS, "image_credit")

_LONGEST = 500
_STRFTIME = re.compile(r"%[-_0^#]?([A-Za-z%])")
_CLDR = {
    "Y": "yyyy",
    "y": "yy",
    "m": "MM",
    "b": "MMM",
    "h": "MMM",
    "B": "MMMM",
    "d": "dd",
    "e": "d",
    "H": "HH",
    "k": "H",
    "I": "hh",
    "l": "h",
    "M": "mm",
    "S": "ss",
    "p": "a",
    "a": "EEE",
    "A": "EEEE",
    "F": "yyyy-MM-dd",
    "T": "HH:mm:ss",
    "R": "HH:mm",
    "D": "MM/dd/yy",
}
_WITH_ATTRIBUTE = re.compile(r"(.*?)\s*@\s*([A-Za-z_:][\w:.-]{0,60})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector and the attribute to read instead of the text; an empty `css` selects the item itself.

    With `siblings` it is searched after the item: `+` in the next element, `~` in all elements up to the next item.
    """

    css: str
    attribute: str | None = None
    siblings: str = ""

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read `selector@attribute`; raises ValueError for an invalid selector."""
        match = _WITH_ATTRIBUTE.fullmatch(text.strip())
        css, attribute = (match[1], match[2]) if match else (text.strip(), None)
        siblings = css[:1] if css[:1] in {"+", "~"} else ""
        css = css.removeprefix(siblings).strip()
        if css or siblings or attribute is None:
            _require_css(css)
        return cls(css, attribute, siblings)

    def __str__(self) -> str:
        return f"{self.siblings} {self.css}".strip() + (f"@{self.attribute}" if self.attribute else "")


def item_selector(text: str) -> str:
    """The selector of a listing's items."""
    selector = Selector.parse(text)
    if selector.attribute is not None or selector.siblings:
        raise ValueError('expected a CSS selector such as ".discussion li", without @ and an attribute, + or ~')
    return text


def selectors(known: Collection[str], *, siblings: bool = True) -> Callable[[dict[str, str]], dict[str, str]]:
    """A validator of a table of fields: every field is known and has a valid selector.

    With `siblings` a selector may begin with `+` or `~`, and search after the item.
    """

    def check(fields: dict[str, str]) -> dict[str, str]:
        for name, text in fields.items():
            if name not in known:
                raise ValueError(f"unknown field {name}; {suggestion(name, known)}")
            try:
                if Selector.parse(text).siblings and not siblings:
                    raise ValueError("+ and ~ are for the items of a list; expected a selector within the page")
            except ValueError as error:
                raise ValueError(f'{name} = "{text[:80]}": {error}') from None
        return fields

    return check


def date_pattern(text: str) -> str:
    """A pattern that `DatePattern` understands."""
    if "%" in text:
        raise ValueError(f'strftime codes are not used here; expected date_format = "{_from_strftime(text)}"')
    DatePattern.parse(text)
    return text


def _from_strftime(text: str) -> str:
    """The same date in the letters of CLDR; quoted where a letter is literal."""
    parts = _STRFTIME.split(text)
    literal = [re.sub(r"[A-Za-zА-Яа-яЁё]+", lambda match: f"'{match[0]}'", part) for part in parts[::2]]
    codes = [_CLDR.get(code, "") for code in parts[1::2]]
    return "".join(part for pair in zip_longest(literal, codes, fillvalue="") for part in pair)


def _require_css(css: str) -> None:
    try:
        if len(css) <= _LONGEST:
            LexborHTMLParser("<a>").css_first(css)
            return
    except (SelectolaxError, UnicodeError):
        pass
    raise ValueError('expected a CSS selector such as ".counters .views" or "a@href"')


ItemSelector = Annotated[str, AfterValidator(item_selector)]
ArticlePageFields = Annotated[dict[str, str], AfterValidator(selectors(ON_ARTICLE_PAGES, siblings=False))]
DateFormat = Annotated[str, AfterValidator(date_pattern)]
