"""Reads the figures of titles: one spelling for large numbers, dates, designators of models, and series. Pure."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial

import numpy as np
import numpy.typing as npt

Pairs = npt.NDArray[np.bool_]

_THOUSANDS = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")
_SCALES = tuple(
    (re.compile(rf"(?<![\d.,])(\d{{1,6}}(?:[.,]\d{{1,3}})?)[ \u00a0](?:{words})\b\.?"), scale)
    for words, scale in (
        (r"тыс\w*|thousand", 10**3),
        (r"млн|миллион\w*|million", 10**6),
        (r"млрд|миллиард\w*|billion", 10**9),
    )
)
_FIGURE = re.compile(r"(?<![^\W_])(?:[^\W_]*\d[\d.,]*(?:[-‐–]?[^\W_])*|[^\W\d_]+[-‐–]\d+[^\W_]*)")
_COUNTED = re.compile(r"[\d.,]+[-‐–]?[^\W\d_]*")  # 20th, 16%, 4bn, 2035-го, 40-year: a number that counts something
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")

_RUSSIAN_MONTH = r"(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)я|марта|августа|мая"
_ENGLISH_MONTH = "january|february|april|june|july|august|september|october|november|december"
_DAYS = r"(?<!\d)\d{1,2}(?:(?: и |[-–]| [-–] )\d{1,2})?"
_DATE = re.compile(
    # `March` and `May` behind a number are verbs.
    rf"{_DAYS} (?:{_RUSSIAN_MONTH}|{_ENGLISH_MONTH})\b(?: \d{{4}}\b(?: год\w{{0,2}}\b| г\.)?)?"
    rf"|\b(?:{_ENGLISH_MONTH}|march|may) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?"
    r"|(?<![\d.])\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)(?![\d.])",
    re.IGNORECASE,
)


def plain_figures(title: str) -> str:
    """The title with large numbers in digits: `19 000` and `19 тыс.` are 19000, `1,2 тысячи` is 1200."""
    text = _THOUSANDS.sub("", title)
    for pattern, scale in _SCALES:
        text = pattern.sub(partial(_scaled, scale), text)
    return text


def _scaled(scale: int, found: re.Match[str]) -> str:
    return str(int(Decimal(found[1].replace(",", ".")) * scale))


def without_dates(title: str) -> str:
    """The title without its dates, which the weather, exchange rates and horoscopes of a day share; else as it is."""
    rest = _DATE.sub(" ", title) if any(map(str.isdigit, title)) else title
    return rest if any(map(str.isalpha, rest)) else title


def conflicting(titles: Sequence[str]) -> Pairs:
    """Pairs of titles that both have designators, and none in common: Су-57 and Su-35.

    Only the digits are compared: Су-30МКИ and Su-30 are the same, whatever the letters are.
    """
    designators = [_designators(title) for title in titles]
    having = np.array([bool(found) for found in designators], dtype=bool)
    pairs: Pairs = having[:, None] & having[None, :]
    for group in same(designators):
        pairs[np.ix_(group, group)] = False
    return pairs


def series(titles: Sequence[str]) -> Iterable[list[int]]:
    """Groups of titles that are equal apart from their figures: *Question 7*, *Question 8*.

    The months of dates are figures: *Weather for November 30*, *Weather for December 1*.
    """
    bare = (_DATE.sub(lambda date: _WORD.sub("", date[0]), title) for title in titles)
    return same({_NUMBER.sub("#", title)} if _NUMBER.search(title) else set() for title in bare)


def same(keys: Iterable[Iterable[str]]) -> Iterable[list[int]]:
    """For each key that several places have, these places."""
    places: dict[str, list[int]] = {}
    for place, found in enumerate(keys):
        for key in found:
            places.setdefault(key, []).append(place)
    return (group for group in places.values() if len(group) > 1)


def _designators(title: str) -> set[str]:
    figures = _FIGURE.findall(title)
    return {"".join(filter(str.isdigit, figure)) for figure in figures if not _COUNTED.fullmatch(figure)}
