"""Finds articles of the same story by their titles, in one language and in two. Pure.

    within a language   similarity = L
    between two         similarity = 0.75 E + 0.25 L - 0.07; without an encoder L
    L: the cosine of the titles' letters without dates (`letters`, `figures`)
    E: the cosine of the vectors that an encoder of sentences gives the titles
    - 0.30 where both have designators and none in common (Su-57, Su-35)
    0 where the titles differ in their figures and dates alone (Question 7, Question 8)
    2 where they are spelled the same

Endings that several titles share, such as the name of a site, are ignored (`endings`).
Groups are joined while their average similarity is at least 0.40. Titles more than 48 hours apart are never in one
story.
docs/ranking.md explains the parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from digest.errors import DigestError
from digest.parsing.language import Script, script_of
from digest.stories.endings import without_shared_endings
from digest.stories.figures import conflicting, plain_figures, same, series, without_dates
from digest.stories.letters import Matrix, letter_cosines, mirror, row_blocks
from digest.stories.linkage import linked

MOST = 10_000  # titles: each one is compared with every other
WINDOW = timedelta(hours=48)

_CUT = 0.40
_ENCODER = 0.75  # the encoder's share between two languages
_SHIFT = 0.07  # so that one cut does for both: titles in two languages are joined by 0.47
_CONFLICT = 0.30
_SAME = 2.0
_UNRELATED = 0.10  # most pairs of unrelated titles are less similar: 95 % are below 0.107
_LONGEST = 300  # characters of a title that are used

Encode = Callable[[Sequence[str]], Matrix]
"""Gives each text a vector of length 1, so that texts of the same meaning in two languages have similar ones."""

_Signs = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Compared:
    """Titles compared with each other (`protocols.Comparison`).

    `letters_only` is true where titles in two scripts were compared without an encoder.
    """

    stories: tuple[tuple[int, ...], ...]
    matrix: npt.NDArray[np.float16]  # half the memory, and precise enough to choose by
    places: npt.NDArray[np.intp]
    letters_only: bool

    def similarity(self, one: int, other: int) -> float:
        """The similarity of two titles: 0 for unrelated ones, 1 for equal ones."""
        similarity = float(self.matrix[self.places[one], self.places[other]])
        return min(max((similarity - _UNRELATED) / (1 - _UNRELATED), 0.0), 1.0)


def compare(
    titles: Sequence[str], times: Sequence[datetime | None] | None = None, encode: Encode | None = None
) -> Compared:
    """Group the places of the titles by story, in the order of their first places, and compute all similarities.

    `times` are the publication times, None if unknown. `encode` is called only for titles in two scripts. The result
    does not depend on the order of the titles. Raises DigestError for more than 10,000 titles.
    """
    if len(titles) > MOST:
        raise DigestError(f"{len(titles)} titles are too many to compare; expected at most {MOST}")
    moments = times or [None] * len(titles)
    order = sorted(range(len(titles)), key=lambda place: (titles[place], str(moments[place])))
    texts = without_shared_endings([titles[place][:_LONGEST] for place in order])
    signs = _signs(texts)
    two_scripts = bool((signs > 0).any() and (signs < 0).any())
    vectors = _vectors(texts, signs, encode) if encode is not None and two_scripts else None
    similarity = _similarities([text.casefold() for text in texts], signs, vectors)
    _separate(similarity, [moments[place] for place in order])
    kept = similarity.astype(np.float16)
    groups = sorted(tuple(sorted(order[place] for place in group)) for group in linked(similarity, _CUT))
    return Compared(tuple(groups), kept, np.argsort(order), two_scripts and encode is None)


def _signs(texts: Sequence[str]) -> _Signs:
    """1 for a text in Cyrillic, -1 for one in Latin letters, 0 for any other."""
    signs = {Script.CYRILLIC: 1, Script.LATIN: -1, None: 0}
    return np.array([signs[script_of(text)] for text in texts], np.int8)


def _vectors(texts: Sequence[str], signs: _Signs, encode: Encode) -> Matrix:
    """The vector of each text that has a script; the others' are 0."""
    encoded = [text for text, sign in zip(texts, signs, strict=True) if sign]
    found = encode(encoded)
    vectors = np.zeros((len(texts), found.shape[1]), np.float32)
    vectors[signs != 0] = found
    return vectors


def _similarities(titles: Sequence[str], signs: _Signs, vectors: Matrix | None) -> Matrix:
    """The similarity of every pair of titles; the matrix is symmetric."""
    similarity = letter_cosines([without_dates(title) for title in titles])
    if vectors is not None:
        _add_meaning(similarity, signs, vectors)
    plain = [plain_figures(title) for title in titles]
    np.subtract(similarity, _CONFLICT, out=similarity, where=conflicting(plain))
    for group in series(plain):
        similarity[np.ix_(group, group)] = 0
    for group in same(_written(title) for title in plain):
        similarity[np.ix_(group, group)] = _SAME
    return similarity


def _add_meaning(similarity: Matrix, signs: _Signs, vectors: Matrix) -> None:
    """Replace the similarity of titles in two scripts by that of their vectors and letters."""
    for rows in row_blocks(len(similarity)):
        meaning = _ENCODER * (vectors[rows] @ vectors.T) + (1 - _ENCODER) * similarity[rows] - _SHIFT
        np.copyto(similarity[rows], meaning, where=signs[rows, None] * signs[None, :] < 0)
    mirror(similarity)


def _written(title: str) -> set[str]:
    """How a title is written, without case and spaces; nothing for a title without a letter or digit."""
    return {" ".join(title.split())} if any(char.isalnum() for char in title) else set()


def _separate(similarity: Matrix, times: Sequence[datetime | None]) -> None:
    """Separate the titles that are too far apart in time, if both times are known."""
    known = np.array([np.nan if moment is None else moment.timestamp() for moment in times])
    for rows in row_blocks(len(times)):
        similarity[rows][np.abs(known[rows, None] - known[None, :]) > WINDOW.total_seconds()] = -np.inf
