"""Endings that titles share: which are removed before titles are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.stories.endings import without_shared_endings


@pytest.mark.parametrize("mark", ["|", "-", "–", "—", "·", "•", "»", "::"])
def test_without_shared_endings_name_of_the_site_is_removed(mark: str) -> None:
    """Whatever the mark before it is, and whatever its case."""
    titles = [f"Tram is late {mark} Harbour Gazette", f"Школа открыта  {mark}  HARBOUR GAZETTE", "Rain in the north"]
    assert without_shared_endings(titles) == ["Tram is late", "Школа открыта", "Rain in the north"]


def test_without_shared_endings_section_before_the_name_is_removed_too() -> None:
    """Where several titles have it."""
    ending = " | City | Harbour Gazette"
    titles = [f"Tram is late{ending}", f"New school opens{ending}", "Second crane comes | Port | Harbour Gazette"]
    assert without_shared_endings(titles) == ["Tram is late", "New school opens", "Second crane comes | Port"]


@pytest.mark.parametrize(
    "titles",
    [
        ["Tram is late | Harbour Gazette", "New school opens"],
        ["Tram is late | Harbour Gazette", "Tram is late | Harbour Gazette"],
        ["Videos | Harbour", "Photos | Harbour"],
        ["Well-known: Harbour", "Un-known: Harbour"],
        ["New crane |", "New tram |", "| Harbour", "", "—"],
    ],
    ids=["of one title", "of equal titles", "after one word", "without spaces", "of nothing"],
)
def test_without_shared_endings_other_titles_stay(titles: list[str]) -> None:
    """What one title has alone may be what it is about."""
    assert without_shared_endings(titles) == titles


@given(st.lists(st.text("ab |-", max_size=12), max_size=8))
def test_without_shared_endings_of_any_titles_are_their_beginnings(titles: list[str]) -> None:
    """None becomes empty, in whatever order they are."""
    texts = without_shared_endings(titles)
    assert all(title.startswith(text) and bool(text) == bool(title) for title, text in zip(titles, texts, strict=True))
    assert without_shared_endings(titles[::-1]) == texts[::-1]
