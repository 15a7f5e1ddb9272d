"""Validates the settings of pages: CSS selectors, the fields they fill, the date pattern. Pure.

All functions raise ValueError with what is expected instead.
"""

import re
from collections.abc import Callable, Collection
from itertools import zip_longest
from typing import Annotated

from pydantic import AfterValidator

from digest.model.articles import ON_ARTICLE_PAGES
from digest.parsing.dates.patterns import DatePattern
from digest.settings.fields.words import suggestion
from digest.settings.selectors import Selector

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


ItemSelector = Annotated[str, AfterValidator(item_selector)]
ArticlePageFields = Annotated[dict[str, str], AfterValidator(selectors(ON_ARTICLE_PAGES, siblings=False))]
DateFormat = Annotated[str, AfterValidator(date_pattern)]
