"""Bylines: short ones stay, long ones lose their outlet and then people."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.i18n import Translator
from digest.rendering.byline import short_byline

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        ("Ada Lindqvist", "Ada Lindqvist"),
        ("Ada Lindqvist, Northern Wire", "Ada Lindqvist, Northern Wire"),
        ("Nathan Hodge and Olga Pavlova, CNN", "Nathan Hodge, Olga Pavlova"),
        ("Nathan Hodge, Olga Pavlova and Mira Sol, CNN", "Nathan Hodge and 2 more"),
        ("Nathan Hodge, Olga Pavlova, Mira Sol, Tom Okafor", "Nathan Hodge and 3 more"),
        ("Nathan Hodge / Olga Pavlova / REUTERS", "Nathan Hodge, Olga Pavlova"),
        ("Nathan Hodge and Olga Pavlova and Mira Sol", "Nathan Hodge and 2 more"),
        ("Veronica Stracqualursi and Gregory Wallace, CNN", "Veronica Stracqualursi, Gregory Wallace"),
        ("Stephanie Busari, Brent Swails, and Bukola Adebayo, CNN", "Stephanie Busari and 2 more"),
        ("Analysis by Chris Cillizza, CNN Editor-at-large", "Chris Cillizza"),
        ("Mohanbir Sawhney for CNN Business Perspectives", "Mohanbir Sawhney"),
        ("Lianne Kolirin, CNN | Ana Rosado, CNN", "Lianne Kolirin, Ana Rosado"),
        ("https://social.example/people/ada-lindqvist", ""),
        ("Press office of the Ministry of Inland Transport", "Press office of the Ministry of Inland Transport"),
    ],
)
def test_short_byline_is_one_short_line(author: str, byline: str) -> None:
    """People stay before their outlet."""
    assert short_byline(author, Translator("en", UTC)) == byline


def test_short_byline_is_translated() -> None:
    """Also the word between the last two names."""
    author = "Анна Линдквист, Тимофей Окунев и Мира Соль, ТАСС"
    assert short_byline(author, Translator("ru", UTC)) == "Анна Линдквист и ещё 2"


@given(st.text(alphabet="AБc ,;/|&иand-", max_size=80))
def test_short_byline_is_never_much_longer(author: str) -> None:
    """Whatever the separators."""
    assert len(short_byline(author, Translator("en", UTC))) <= 48
