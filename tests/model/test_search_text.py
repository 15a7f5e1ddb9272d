"""Text as the archive's search compares it."""

import pytest

from digest.model.search_text import TEXT_WIDTH, folded, folded_issue
from digest.rendering.environment import wrap


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ёлка", "елка"),
        ("Е\u0308лка", "ёлка"),
        ("Don\u2019t", "don't"),
        ("подъезд", "ПОДЪЕЗД"),
        ("об\u02bcєкт", "об'єкт"),
        ("северо\u2011западный", "Северо-Западный"),
        ("e-mail", "email"),
        ("O\u00b4Neil", "O'Neil"),
        ("за\u0301мок", "замок"),
        ("за\u0300мок", "замок"),
        ("Straße", "STRASSE"),
        ("2020\u20132024", "2020-2024"),
        ("на\u00adбе\u00adрежная", "набережная"),
        ("10\u00a0км", "10 км"),
    ],
)
def test_folded_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    """Readers type what their keyboard has."""
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("мой", "мои"), ("кот", "кит"), ("но чь", "ночь"), ("a/b", "ab"), ("cafe\u0301", "cafe")]
)
def test_folded_other_words_stay_different(one: str, other: str) -> None:
    """Only marks within words are left out."""
    assert folded(one) != folded(other)


@pytest.mark.parametrize("indent", ["", "    "])
@pytest.mark.parametrize("before", ["", "Причал: "])
def test_folded_issue_word_longer_than_a_line_is_whole(before: str, indent: str) -> None:
    """Wherever the wrapping breaks it, also twice."""
    word = "водогрязеторфопарафино" * 8
    text = wrap(f"{before}{word} открыт", indent=indent)
    assert len(text.splitlines()) > len(word) // TEXT_WIDTH
    assert word in folded_issue("Сегодня", text)


def test_folded_issue_lines_that_are_no_longer_than_others_stay_apart() -> None:
    """Words of two lines are no word."""
    assert folded_issue("Порт", "открыт\nпричал") == "порт\nоткрыт\nпричал"
