"""Numbers as people write them: what was meant comes back, and what is in doubt is no number."""

import pytest
from babel.numbers import format_compact_decimal, format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.counts import MOST, read_count, read_named_count

SPACES = (" ", "\u00a0", "\u202f", "\u2009", "\u2007")
LINE = "Просмотров: 1 841 | Комментариев: 0 | Рейтинг: 0"


@given(st.integers(0, MOST), st.sampled_from([*SPACES, ",", ".", "'", "’"]))
def test_grouped_thousands_come_back(number: int, separator: str) -> None:
    """Whatever separates the thousands, the number is the same."""
    assert read_count(f"{number:,}".replace(",", separator)) == number


@given(st.integers(0, MOST), st.sampled_from(["en", "ru", "de", "uk", "en_IN", "fr_CH"]))
def test_what_cldr_writes_comes_back(number: int, locale: str) -> None:
    """The decimal forms of other programs, each in its language."""
    assert read_count(format_decimal(number, locale=locale)) == number


@given(st.integers(0, 999_999_999_999), st.sampled_from(["en", "ru"]))
@example(1_841, "ru")
@example(1_250_000, "en")
def test_cldr_short_forms_come_back_as_near_as_they_are(number: int, locale: str) -> None:
    """`1,8 тыс.` and `1.8K` lose digits, and no more than they must."""
    read = read_count(format_compact_decimal(number, locale=locale, fraction_digits=1))
    assert read is not None
    assert abs(read - number) <= number * 0.05


@given(
    st.integers(0, MOST), st.sampled_from(["{} views", "views {}", "Просмотров: {}", "({})", "• {} •", "{}+", "#{}"])
)
def test_words_around_a_number_do_not_matter(number: int, form: str) -> None:
    """A label before, a word after, brackets."""
    assert read_count(form.format(number)) == number


@given(st.text())
def test_any_text_is_a_sensible_number_or_none(text: str) -> None:
    """No text raises, and no number is negative or absurd."""
    for found in (read_count(text), read_named_count(text, "views")):
        assert found is None or 0 <= found <= MOST


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,8 тыс.", 1_800),
        ("1,8 тыс. просмотров", 1_800),
        ("2 тысячи", 2_000),
        ("1.8K", 1_800),
        ("1.8 k", 1_800),
        ("1,8К", 1_800),
        ("2,3 млн", 2_300_000),
        ("1.2M", 1_200_000),
        ("1 234,5 тыс.", 1_234_500),
        ("12,34,567", 1_234_567),
        ("١٬٨٤١", 1_841),
        ("١٫٨K", 1_800),
        ("Просмотры — 1\u00a0841", 1_841),
        ("\u200e1\u200f841", 1_841),
        ("1841.0", 1_841),
        ("Views: 1841.", 1_841),
        ("0", 0),
    ],
)
def test_a_number_that_is_meant(text: str, number: int) -> None:
    """Forms that pages use."""
    assert read_count(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "много", "-5", "−5", "Views -5", "(-5)", "1.8", "0,500", ".5", "1.841K", "12.500 тыс."),
        *("1e18", "9" * 18, "1 000 000 000 000 001", "12345678901234567", "9999999 млрд"),
        *("Су-57", "12h", "5 %", "95%", "10-20", "12/34", "05:11", "01.03 05:11", "1841 (12)", "1,2,3", "1 8 4 1"),
        *("2024 100", "1 " * 200, "1" * 100_000),
    ],
)
def test_what_is_in_doubt_is_no_number(text: str) -> None:
    """Negative and absurd numbers, fractions, percentages, two numbers, parts of words, dates."""
    assert read_count(text) is None


@pytest.mark.parametrize(
    ("text", "views", "comments", "rating"),
    [
        (LINE, 1_841, 0, 0),
        ("Views: 1,841 | Comments: 21 | Rating: -3", 1_841, 21, None),
        ("1,8 тыс. просмотров • 21 комментарий", 1_800, 21, None),
        ("views 1841 comments 12 rating 3", 1_841, 12, 3),
        ("Просмотров: 1 841 | 12.03.2026", 1_841, None, None),
        ("Комментарии (5)", None, 5, None),
        ("12 likes, 5 comments", None, 5, None),
        ("108", 108, 108, 108),
        ("Views:", None, None, None),
    ],
)
def test_a_line_of_labelled_counters(text: str, views: int | None, comments: int | None, rating: int | None) -> None:
    """Each counter is the number at its own label; a text without labels is one number for whoever asks."""
    assert [read_named_count(text, name) for name in ("views", "comments", "rating")] == [views, comments, rating]
