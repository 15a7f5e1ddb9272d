"""Language: the script and the language of a text."""

import pytest

from digest.parsing.language import Script, believed_language, detected_language, script_of


@pytest.mark.parametrize(
    ("text", "script", "language"),
    [
        ("Ships return", Script.LATIN, "en"),
        ("Корабли вернулись", Script.CYRILLIC, "ru"),
        ("Су-57 и F-16", Script.CYRILLIC, "ru"),
        ("F-16 и Ka", Script.LATIN, "en"),
        ("Łódź", Script.LATIN, "en"),
        ("Ұлы", Script.CYRILLIC, "ru"),
        ("Aи", None, None),
        ("AIи", Script.LATIN, "en"),
        ("ABиг", Script.CYRILLIC, "ru"),
        ("ABCиг", Script.LATIN, "en"),
        ("USA", Script.LATIN, "en"),
        ("AI", None, None),
        ("2026: 100 %", None, None),
        ("", None, None),
        ("新しい船", None, None),
        ("\ud800", None, None),
    ],
)
def test_detected_language_follows_the_letters(text: str, script: Script | None, language: str | None) -> None:
    """Cyrillic or Latin, from three letters; None for other scripts."""
    assert (script_of(text), detected_language(text)) == (script, language)


@pytest.mark.parametrize(
    ("declared", "text", "believed"),
    [
        ("en", "Мост через реку открыт", None),
        ("en", "The word «Правда»", "en"),
        ("ru", "Apple Vision Pro", "ru"),
        ("bg", "Мостът е отворен", "bg"),
        (None, "Мост", None),
    ],
)
def test_believed_language_of_cyrillic_text_is_no_latin_one(declared: str, text: str, believed: str | None) -> None:
    """WordPress declares en-US wherever nobody has set a language."""
    assert believed_language(declared, text) == believed
