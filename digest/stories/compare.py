"""Finds articles of the same story, in Russian and in English. Pure.

    likeness = cosine of the titles' words (`words`), weighted by rarity, in runs of 2 to 4 letters
             + 0.20 for a shared designator (Су-57), - 0.20 for different ones (2A8, 2A6)
             + 0.20 between two languages; there a shared designator or name is required
             - 0.10 if each names a country that the other does not; then a designator is not shared either
    Titles that differ only in their numbers are a series and not a story (*Question 7*, *Question 8*). A title of fewer
    than four words is too short: within a language it needs a shared designator or the same words.

Groups are joined while their average likeness is at least 0.35 (average linkage); titles more than 48 hours apart are
never in one story. docs/ranking.md explains the parameters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import numpy as np
import numpy.typing as npt

from digest.errors import DigestError
from digest.stories.words import TitleParser, TitleWord, WordKind, is_russian

MOST = 5000  # titles: each one is compared with every other
WINDOW = timedelta(hours=48)

_CUT = 0.35
_DESIGNATOR = 0.2
_CONFLICT = 0.2
_TWO_LANGUAGES = 0.2
_ABROAD = 0.1
_COMMON = 0.5  # a common word's weight beside a name's
_YEAR = 0.5
_DAMPING = 0.5  # as if each title also had half a unique word, so that one common word does not join two short titles
_RARE = 32  # runs of letters in more titles are multiplied as a dense matrix, the others pair by pair

_MIN_WORDS = 4  # different words in a title that is long enough to compare

_YEARS = re.compile(r"(?:19|20)\d\d")
_MODEL = re.compile(r"[a-z]*\d+(?:[a-z]\d+)?")  # su30 of su30mki
_VOWELS = re.compile("[aeiou]")

Matrix = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The agreement of the stories found with the known ones: B-cubed, each 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Titles compared with each other (`protocols.Comparison`)."""

    stories: tuple[tuple[int, ...], ...]
    likeness: Matrix
    places: npt.NDArray[np.intp]

    def alike(self, one: int, other: int) -> float:
        """The similarity of two titles, 0 to 1."""
        return min(max(float(self.likeness[self.places[one], self.places[other]]), 0.0), 1.0)


def compare(titles: Sequence[str], times: Sequence[datetime | None] | None = None) -> Compared:
    """The places of the titles grouped by story, including single ones, by their first place; and their likeness.

    `times` are the publication times, None if unknown. The result does not depend on the order of the titles.
    Raises DigestError for more than 5,000 titles.
    """
    if len(titles) > MOST:
        raise DigestError(f"{len(titles)} titles are too many to compare; expected at most {MOST}")
    moments = times or [None] * len(titles)
    order = sorted(range(len(titles)), key=lambda place: (titles[place], str(moments[place])))
    likeness = _likeness([titles[place] for place in order])
    likeness[_apart([moments[place] for place in order])] = -np.inf
    groups = sorted(tuple(sorted(order[place] for place in group)) for group in _linked(likeness, _CUT))
    return Compared(tuple(groups), likeness, np.argsort(order))


def agreement(found: Iterable[Sequence[int]], known: Sequence[str]) -> Agreement:
    """B-cubed precision and recall of groups of places; `known` is the story of each title.

    Source: Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model" (1998).
    """
    whole = Counter(known)
    precision = recall = 0.0
    for group in found:
        for story, count in Counter(known[place] for place in group).items():
            precision += count * count / len(group)
            recall += count * count / whole[story]
    precision, recall = (value / max(len(known), 1) for value in (precision, recall))
    both = precision + recall
    return Agreement(precision=precision, recall=recall, f1=2 * precision * recall / both if both else 0.0)


def _likeness(titles: Sequence[str]) -> Matrix:
    """The likeness of each two titles; equal titles have the highest."""
    parser = TitleParser()
    words = [parser.words(title) for title in titles]
    russian = np.array([is_russian(title) for title in titles], dtype=bool)
    alike = _cosine(words)
    shared, conflicting = _designators(words)
    abroad = _abroad(words)
    conflicting |= shared & abroad
    two_languages = russian[:, None] != russian[None, :]
    alike += _DESIGNATOR * (shared & ~abroad) - _CONFLICT * conflicting
    alike += _TWO_LANGUAGES * two_languages - _ABROAD * abroad
    named = _names(words, russian)
    alike[two_languages & ~(named | named.T | shared)] = 0
    alike[_series(words)] = 0
    alike[_too_brief(words) & ~(shared | two_languages)] = 0
    for group in _equal(titles):
        alike[np.ix_(group, group)] = 2
    return alike


def _series(words: Sequence[Sequence[TitleWord]]) -> Pairs:
    """Pairs of titles with the same words and different numbers."""
    numbered = [any(word.kind is WordKind.NUMBER for word in title) for title in words]
    whole = [{" ".join(word.text for word in title)} for title in words]
    bare = [{" ".join(word.text for word in title if word.kind is not WordKind.NUMBER)} for title in words]
    texts = [text if has else set() for text, has in zip(bare, numbered, strict=True)]
    series: Pairs = _sharing(texts, texts) & ~_sharing(whole, whole)
    return series


def _too_brief(words: Sequence[Sequence[TitleWord]]) -> Pairs:
    """Pairs of titles of which one is too short, and whose words differ."""
    texts = [frozenset(word.text for word in title) for title in words]
    brief = np.array([len(text) < _MIN_WORDS for text in texts], dtype=bool)
    whole = [{" ".join(sorted(text))} for text in texts]
    pairs: Pairs = (brief[:, None] | brief[None, :]) & ~_sharing(whole, whole)
    return pairs


def _equal(titles: Sequence[str]) -> Iterable[list[int]]:
    """Groups of equal titles, ignoring case and spaces; titles without a letter or digit are not grouped."""
    places: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        if any(char.isalnum() for char in title):
            places.setdefault(" ".join(title.casefold().split()), []).append(place)
    return (group for group in places.values() if len(group) > 1)


def _cosine(words: Sequence[Sequence[TitleWord]]) -> Matrix:
    numbers: dict[str, int] = {}
    spelt = {word: _letters(word, numbers) for word in dict.fromkeys(chain.from_iterable(words))}
    parts = [spelt[word] for title in words for word in title]
    if not parts:
        return np.zeros((len(words), len(words)), np.float32)
    rows = np.repeat(np.arange(len(words)), [sum(len(spelt[word][0]) for word in title) for title in words])
    columns = np.concatenate([part[0] for part in parts])
    cells, inverse = np.unique(columns * len(words) + rows, return_inverse=True)
    weights = np.bincount(inverse, np.concatenate([part[1] for part in parts]))
    columns, rows = np.divmod(cells, len(words))
    having = np.bincount(columns, minlength=len(numbers))
    rarity = np.log((1 + len(words)) / (1 + having)) + 1
    weights *= rarity[columns]
    alone = np.log((1 + len(words)) / 2) + 1
    length = np.sqrt(np.bincount(rows, weights**2, minlength=len(words)) + _DAMPING * alone**2)
    return _products(rows, columns, (weights / length[rows]).astype(np.float32), having, len(words))


def _products(
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    weights: Matrix,
    having: npt.NDArray[np.intp],
    size: int,
) -> Matrix:
    """The product of a sparse matrix (cells in the order of columns) with its transpose."""
    held = having[columns]
    often = held > _RARE
    dense = np.zeros((size, int((having > _RARE).sum())), np.float32)
    dense[rows[often], np.cumsum(having > _RARE)[columns[often]] - 1] = weights[often]
    product = dense @ dense.T
    places, values = [], []
    for count in range(2, _RARE + 1):
        cells = np.flatnonzero(held == count)
        row, weight = rows[cells].reshape(-1, count), weights[cells].reshape(-1, count)
        places.append((row[:, :, None] * size + row[:, None, :]).ravel())
        values.append((weight[:, :, None] * weight[:, None, :]).ravel())
    rare = np.bincount(np.concatenate(places), np.concatenate(values), minlength=size * size)
    product += rare.reshape(size, size)
    return product


def _letters(word: TitleWord, numbers: dict[str, int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The numbers and weights of a word's runs of 2 to 4 letters; only names are split, other words are one run."""
    if word.kind is not WordKind.NAME:
        found, weight = [f"={word.text}"], 1.0
    else:
        padded = f" {word.text} "
        found = [padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1)]
        weight = len(found) ** -0.5
    if word.kind is WordKind.WORD:
        weight = _COMMON
    elif word.kind is WordKind.NUMBER and _YEARS.fullmatch(word.text):
        weight = _YEAR
    return np.array([numbers.setdefault(run, len(numbers)) for run in found]), np.full(len(found), weight)


def _designators(words: Sequence[Sequence[TitleWord]]) -> tuple[Pairs, Pairs]:
    """Pairs of titles that share a designator, and pairs with only different ones; Су-30 matches Су-30МКИ."""
    whole = [{word.text for word in title if word.kind is WordKind.DESIGNATOR} for title in words]
    models = [{_model(text) for text in title} for title in whole]
    having = np.array([bool(title) for title in whole], dtype=bool)
    shared = _sharing(whole, whole) | _sharing(whole, models) | _sharing(models, whole)
    return shared, having[:, None] & having[None, :] & ~shared


def _abroad(words: Sequence[Sequence[TitleWord]]) -> Pairs:
    """Pairs of titles that each name a country that the other does not."""
    countries = [{word.text for word in title if word.country} for title in words]
    table = _table(countries, set().union(*countries))
    common, named = table @ table.T, table.sum(axis=1)
    abroad: Pairs = (named[:, None] > common) & (named[None, :] > common)
    return abroad


def _model(designator: str) -> str:
    found = _MODEL.match(designator)
    return found[0] if found else designator


def _names(words: Sequence[Sequence[TitleWord]], russian: Pairs) -> Pairs:
    """Pairs of a Russian and another title that share a name by its sound: four letters, or the consonants."""
    keys = [set(chain.from_iterable(_sounds(word.text) for word in title if word.proper)) for title in words]
    ours, others = (
        [key if mine else set() for key, mine in zip(keys, chosen, strict=True)] for chosen in (russian, ~russian)
    )
    return _sharing(ours, others)


def _sounds(name: str) -> Iterable[str]:
    yield name
    consonants = _VOWELS.sub("", name)
    if len(name) > 4:
        yield name[:4] + "…"
    if len(consonants) > 2:
        yield consonants + "'"


def _sharing(these: Sequence[set[str]], those: Sequence[set[str]]) -> Pairs:
    """Which of these sets have an element in common with which of those; the diagonal is not used."""
    if these is those:
        common = {key for key, count in Counter(chain.from_iterable(these)).items() if count > 1}
    else:
        common = set().union(*these) & set().union(*those)
    rows, columns = ([at for at, keys in enumerate(sets) if not keys.isdisjoint(common)] for sets in (these, those))
    left, right = _table([these[at] for at in rows], common), _table([those[at] for at in columns], common)
    shared = np.zeros((len(these), len(those)), dtype=bool)
    shared[np.ix_(rows, columns)] = left @ right.T > 0
    return shared


def _table(sets: Sequence[set[str]], keys: set[str]) -> Matrix:
    """A row for each set and a column for each key: 1 if the set has it."""
    columns = {key: column for column, key in enumerate(keys)}
    table = np.zeros((len(sets), len(columns)), np.float32)
    for row, one in enumerate(sets):
        table[row, [columns[key] for key in one if key in columns]] = 1
    return table


def _apart(times: Sequence[datetime | None]) -> Pairs:
    """Pairs of titles that are too far apart in time, if both times are known."""
    known = np.array([np.nan if moment is None else moment.timestamp() for moment in times])
    apart: Pairs = np.abs(known[:, None] - known[None, :]) > WINDOW.total_seconds()
    return apart


def _linked(likeness: Matrix, cut: float) -> Iterator[list[int]]:
    """Groups by average linkage: the two most similar ones are joined while their average likeness reaches `cut`.

    Only titles connected by pairs that reach `cut` can be in one group, so each connected component is done alone.
    """
    np.fill_diagonal(likeness, -np.inf)
    for component in _components(likeness >= cut):
        groups = [[place] for place in component]
        alike = likeness[np.ix_(component, component)].astype(np.float64)
        while len(groups) > 1:
            first, second = divmod(int(alike.argmax()), len(groups))
            if alike[first, second] < cut:
                break
            _join(alike, groups, min(first, second), max(first, second))
        yield from (group for group in groups if group)


def _components(near: Pairs) -> Iterator[list[int]]:
    """The connected components of the titles."""
    left = np.ones(len(near), dtype=bool)
    for place in range(len(near)):
        reached, todo = [], [place] if left[place] else []
        left[place] = False
        while todo:
            reached.append(todo.pop())
            steps = np.flatnonzero(near[reached[-1]] & left)
            left[steps] = False
            todo += steps.tolist()
        if reached:
            yield sorted(reached)


def _join(alike: npt.NDArray[np.float64], groups: list[list[int]], first: int, second: int) -> None:
    """Join the second group to the first; likeness becomes the mean over their members."""
    one, other = len(groups[first]), len(groups[second])
    mean = (alike[first] * one + alike[second] * other) / (one + other)
    mean[first] = mean[second] = -np.inf
    alike[first], alike[:, first] = mean, mean
    alike[second], alike[:, second] = -np.inf, -np.inf
    groups[first].extend(groups[second])
    groups[second] = []
