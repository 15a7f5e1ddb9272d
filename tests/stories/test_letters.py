"""Letters: TF-IDF over runs of 2 to 4 letters, against a plain computation of the same formula."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.stories import letters
from digest.stories.letters import letter_cosines

WORDS = st.lists(st.text(alphabet="abцщ ё1-", max_size=12), max_size=8)


def plain_cosines(titles: list[str]) -> list[list[float]]:
    """The cosines by dictionaries."""
    runs = [Counter(_runs(title)) for title in titles]
    having = Counter(run for one in runs for run in one)
    weights = [
        {run: count * (math.log((1 + len(titles)) / (1 + having[run])) + 1) for run, count in one.items()}
        for one in runs
    ]
    lengths = [math.sqrt(sum(value**2 for value in one.values())) or 1 for one in weights]
    return [
        [
            sum(one[run] * other.get(run, 0) for run in one) / lengths[at] / lengths[by]
            for by, other in enumerate(weights)
        ]
        for at, one in enumerate(weights)
    ]


def _runs(title: str) -> list[str]:
    latin = title.replace("ц", "ts").replace("щ", "sh").replace("ё", "e")
    padded = [f" {word} " for word in latin.split()] if any(map(str.isalnum, latin)) else []
    return [word[at : at + size] for word in padded for size in (2, 3, 4) for at in range(len(word) - size + 1)]


def off_diagonal(matrix: Any, number: int) -> Any:
    """The matrix with zeros on its diagonal, which is not used."""
    return np.array(matrix, np.float64).reshape(number, number) * (1 - np.eye(number))


@given(WORDS)
def test_letter_cosines_equal_the_formula(titles: list[str]) -> None:
    """For any titles, symmetrically."""
    found = letter_cosines(titles)
    assert (found == found.T).all()
    assert off_diagonal(found, len(titles)) == pytest.approx(off_diagonal(plain_cosines(titles), len(titles)), abs=1e-5)


def test_letter_cosines_of_very_many_letters_take_no_run_for_another() -> None:
    """Each has its own number, even where titles have more than 2^15 different letters."""
    letters = [chr(0x20000 + place) for place in range(33_000)]
    pairs = [letters[1] + letters[32_768], letters[2] + letters[0]]
    words = [f"{letters[place]}wxy" for place in (0, 8_000, 8_192)]
    found = letter_cosines(["".join(letters), *pairs, *words])
    assert found[1, 2] == 0
    assert found[3, 4] == found[3, 5]


def test_letter_cosines_in_blocks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and columns are computed in blocks, so that many titles take little memory."""
    titles = [f"{word} opens the {place}" for word in ("Fog", "Ferry", "Council", "Мэр") for place in "abcdefghi"]
    whole = letter_cosines(titles)
    for name, size in (("_ROWS", 7), ("_COLUMNS", 5), ("_RARE", 3)):
        monkeypatch.setattr(letters, name, size)
        found = letter_cosines(titles)
        assert (found == found.T).all()
        assert found == pytest.approx(whole, abs=1e-5)


def test_letter_cosines_without_letters_are_zero() -> None:
    """Not even equal titles of punctuation are similar."""
    assert not letter_cosines(["—", "—", "", "🔥"]).any()
    assert letter_cosines([]).shape == (0, 0)


def test_letter_cosines_compare_names_across_alphabets() -> None:
    """Cyrillic is written in Latin letters; spelling differs, so names are similar and not equal."""
    found = letter_cosines(["Чернобыль", "Chernobyl", "Fukushima"])
    assert found[0, 1] > 0.5
    assert found[0, 2] < 0.1
