"""Finds the articles that tell the same story, in Russian and in English. Pure.

    likeness = cosine of the titles' words (`story_words`), each weighed by how few titles have it, in letters 2 to 4
             + 0.20 for a shared designator (Су-57), - 0.20 for different ones (2A8, 2A6)
             + 0.20 between two languages; there only a shared designator or name makes two titles alike at all
             - 0.10 where each names a country that the other does not; then a designator is not shared either
    Titles that differ in their numbers alone are a series and no story (*Question 7*, *Question 8*), and one of fewer
    than four words says too little: in one language it is like another by a shared designator or by all its words.

Titles are joined as long as two groups are alike by 0.35 on average (average linkage); two that are more than 48 hours
apart never stand in one story. Where the parameters come from is told in docs/ranking.md.
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
from digest.stories.words import Kind, Reader, Word, is_russian

MOST = 5000  # titles: every one of them is compared with every other
WINDOW = timedelta(hours=48)

_CUT = 0.35
_DESIGNATOR = 0.2
_CONFLICT = 0.2
_TWO_LANGUAGES = 0.2
_ABROAD = 0.1
_COMMON = 0.5  # a common word's weight beside a name's
_YEAR = 0.5
_DAMPING = 0.5  # as if half a word that nobody else has stood in each title: two short ones are not alike by one word
_RARE = 32  # letters that more titles have are multiplied as a whole, the others pair by pair

_TELLING = 4  # different words that a title needs to say what happened

_YEARS = re.compile(r"(?:19|20)\d\d")
_MODEL = re.compile(r"[a-z]*\d+(?:[a-z]\d+)?")  # su30 of su30mki
_VOWELS = re.compile("[aeiou]")

Matrix = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How well the stories that were found agree with those that are known: B-cubed, each 0 to 1."""

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
        """How alike two titles are, 0 to 1."""
        return min(max(float(self.likeness[self.places[one], self.places[other]]), 0.0), 1.0)


def compare(titles: Sequence[str], times: Sequence[datetime | None] | None = None) -> Compared:
    """The titles' places in groups, one for each story, singles too, by their first place; and how alike they are.

    `times` are when the articles were published, `None` where nobody knows. The order of the titles changes nothing.
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


def agreement(found: Iterable[Sequence[int]], told: Sequence[str]) -> Agreement:
    """The mean over all titles of how much of its group is its story, and how much of its story its group holds.

    Source: Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model" (1998).
    """
    whole = Counter(told)
    precision = recall = 0.0
    for group in found:
        for story, count in Counter(told[place] for place in group).items():
            precision += count * count / len(group)
            recall += count * count / whole[story]
    precision, recall = (value / max(len(told), 1) for value in (precision, recall))
    both = precision + recall
    return Agreement(precision=precision, recall=recall, f1=2 * precision * recall / both if both else 0.0)


def _likeness(titles: Sequence[str]) -> Matrix:
    """How alike each two titles are; equal ones as much as can be."""
    reader = Reader()
    words = [reader.words(title) for title in titles]
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


def _series(words: Sequence[Sequence[Word]]) -> Pairs:
    """Which titles have the same words, and both have numbers, but not the same ones."""
    numbered = [any(word.kind is Kind.NUMBER for word in title) for title in words]
    whole = [{" ".join(word.text for word in title)} for title in words]
    bare = [{" ".join(word.text for word in title if word.kind is not Kind.NUMBER)} for title in words]
    texts = [text if has else set() for text, has in zip(bare, numbered, strict=True)]
    series: Pairs = _sharing(texts, texts) & ~_sharing(whole, whole)
    return series


def _too_brief(words: Sequence[Sequence[Word]]) -> Pairs:
    """Of which titles one says too little, and they have not the same words."""
    texts = [frozenset(word.text for word in title) for title in words]
    brief = np.array([len(text) < _TELLING for text in texts], dtype=bool)
    whole = [{" ".join(sorted(text))} for text in texts]
    pairs: Pairs = (brief[:, None] | brief[None, :]) & ~_sharing(whole, whole)
    return pairs


def _equal(titles: Sequence[str]) -> Iterable[list[int]]:
    """Titles that are written alike; those without a letter or a digit stay alone."""
    places: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        if any(char.isalnum() for char in title):
            places.setdefault(" ".join(title.casefold().split()), []).append(place)
    return (group for group in places.values() if len(group) > 1)


def _cosine(words: Sequence[Sequence[Word]]) -> Matrix:
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
    """The product of a sparse matrix (its cells in the order of columns) with itself."""
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


def _letters(word: Word, numbers: dict[str, int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The numbers of a word's runs of 2 to 4 letters, and their weights; what is no name is taken as a whole."""
    if word.kind is not Kind.NAME:
        found, weight = [f"={word.text}"], 1.0
    else:
        padded = f" {word.text} "
        found = [padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1)]
        weight = len(found) ** -0.5
    if word.kind is Kind.WORD:
        weight = _COMMON
    elif word.kind is Kind.NUMBER and _YEARS.fullmatch(word.text):
        weight = _YEAR
    return np.array([numbers.setdefault(run, len(numbers)) for run in found]), np.full(len(found), weight)


def _designators(words: Sequence[Sequence[Word]]) -> tuple[Pairs, Pairs]:
    """Which titles share a designator, and which have only different ones; Су-30 is shared with Су-30МКИ."""
    whole = [{word.text for word in title if word.kind is Kind.DESIGNATOR} for title in words]
    models = [{_model(text) for text in title} for title in whole]
    having = np.array([bool(title) for title in whole], dtype=bool)
    shared = _sharing(whole, whole) | _sharing(whole, models) | _sharing(models, whole)
    return shared, having[:, None] & having[None, :] & ~shared


def _abroad(words: Sequence[Sequence[Word]]) -> Pairs:
    """Which titles name each a country that the other one does not."""
    countries = [{word.text for word in title if word.country} for title in words]
    table = _table(countries, set().union(*countries))
    common, named = table @ table.T, table.sum(axis=1)
    abroad: Pairs = (named[:, None] > common) & (named[None, :] > common)
    return abroad


def _model(designator: str) -> str:
    found = _MODEL.match(designator)
    return found[0] if found else designator


def _names(words: Sequence[Sequence[Word]], russian: Pairs) -> Pairs:
    """Which Russian titles share a name with which others, as far as its sound tells: four letters, or consonants."""
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
    """Which of these sets have something in common with which of those; nobody asks for a set and itself."""
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
    """A row for each set and a column for each key: 1 where the set has it."""
    columns = {key: column for column, key in enumerate(keys)}
    table = np.zeros((len(sets), len(columns)), np.float32)
    for row, one in enumerate(sets):
        table[row, [columns[key] for key in one if key in columns]] = 1
    return table


def _apart(times: Sequence[datetime | None]) -> Pairs:
    """Which titles are too far apart in time, as far as that is known."""
    known = np.array([np.nan if moment is None else moment.timestamp() for moment in times])
    apart: Pairs = np.abs(known[:, None] - known[None, :]) > WINDOW.total_seconds()
    return apart


def _linked(likeness: Matrix, cut: float) -> Iterator[list[int]]:
    """Groups by average linkage: the two most alike are joined as long as they are alike by `cut` on average.

    Two groups can only be that where a title of the one is alike a title of the other by `cut`: what no such step
    leads to is looked at apart.
    """
    np.fill_diagonal(likeness, -np.inf)
    for reached in _reaching(likeness >= cut):
        groups = [[place] for place in reached]
        alike = likeness[np.ix_(reached, reached)].astype(np.float64)
        while len(groups) > 1:
            first, second = divmod(int(alike.argmax()), len(groups))
            if alike[first, second] < cut:
                break
            _join(alike, groups, min(first, second), max(first, second))
        yield from (group for group in groups if group)


def _reaching(near: Pairs) -> Iterator[list[int]]:
    """The titles in groups that single steps lead through."""
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
    """Put the second group into the first; what is alike is so by the mean of their members."""
    one, other = len(groups[first]), len(groups[second])
    mean = (alike[first] * one + alike[second] * other) / (one + other)
    mean[first] = mean[second] = -np.inf
    alike[first], alike[:, first] = mean, mean
    alike[second], alike[:, second] = -np.inf, -np.inf
    groups[first].extend(groups[second])
    groups[second] = []
