"""Figures: spellings of large numbers, designators in conflict, series."""

import pytest

from digest.stories.figures import conflicting, plain_figures, series, without_dates


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("19 000 человек", "19000 человек"),
        ("19,000 people", "19000 people"),
        ("1 234 567", "1234567"),
        ("19 тыс. человек", "19000 человек"),
        ("1,2 тысячи", "1200"),
        ("1.5 million cars", "1500000 cars"),
        ("3 млрд", "3000000000"),
        ("в 2035-м 16% и 5,5", "в 2035-м 16% и 5,5"),
        ("тысячи людей", "тысячи людей"),
        ("1.2.3 тысячи", "1.2.3 тысячи"),
    ],
)
def test_plain_figures_writes_large_numbers_in_digits(title: str, plain: str) -> None:
    """Separated thousands, thousands, millions and billions as words; other figures stay."""
    assert plain_figures(title) == plain


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("погода на 29 ноября 2026 года, суббота", "погода на , суббота"),
        ("афиша на 28 и 29 ноября", "афиша на"),
        ("перебои 1–3 мая", "перебои"),
        ("horoscope for november 29, 2026", "horoscope for"),
        ("markets on 29 November 2026: oil", "markets on : oil"),
        ("may 9th in moscow", "in moscow"),
        ("курс на 29.11.2026", "курс на"),
        ("погода 1 – 3 мая 2026 г. в твери", "погода в твери"),
        ("29 ноября", "29 ноября"),
        ("ядро 6.1.2.45 и 6.12.45.1", "ядро 6.1.2.45 и 6.12.45.1"),
        ("at least 5 may have died", "at least 5 may have died"),
        ("12 march for peace", "12 march for peace"),
        ("iphone 18 за 29 990 рублей", "iphone 18 за 29 990 рублей"),
    ],
)
def test_without_dates_leaves_the_rest_of_a_title(title: str, rest: str) -> None:
    """A title that is a date alone keeps it; other figures stay."""
    assert " ".join(without_dates(title).split()) == rest


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("су-57 в небе", "su-35 flies", True),
        ("су-30мки", "su-30 sold", False),
        ("leopard-2 и f-16", "f-16", False),
        ("su-57", "a title without one", False),
        ("на 20-м месте", "на 30-м месте", False),
        ("16% of 5bn", "su-57", False),
    ],
)
def test_conflicting_designators_have_no_digits_in_common(one: str, other: str, conflict: bool) -> None:
    """Numbers that count something are no designators."""
    pairs = conflicting([one, other])
    assert pairs[0, 1] == pairs[1, 0] == conflict


def test_series_differ_in_their_figures_alone() -> None:
    """Titles without a figure are in none."""
    assert list(series(["question 7", "question 8", "fog", "fog", "answer 7"])) == [[0, 1]]
