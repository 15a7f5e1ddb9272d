"""Reads the figures of titles: one spelling for large numbers, designators of models, and series. Pure."""

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


def plain_figures(title: str) -> str:
    """The title with large numbers in digits: `19 000` and `19 тыс.` are 19000, `1,2 тысячи` is 1200."""
    text = _THOUSANDS.sub("", title)
    for pattern, scale in _SCALES:
        text = pattern.sub(partial(_scaled, scale), text)
    return text


def _scaled(scale: int, found: re.Match[str]) -> str:
    return str(int(Decimal(found[1].replace(",", ".")) * scale))


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
    """Groups of titles that are equal apart from their figures: *Question 7*, *Question 8*."""
    return same({_NUMBER.sub("#", title)} if _NUMBER.search(title) else set() for title in titles)


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
