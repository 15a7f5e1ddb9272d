"""Language: the script and the language of a text."""

import pytest

from digest.parsing.language import Script, believed_language, detected_language, script_of, text_direction


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


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("The bridge is open", "ltr"),
        ("Мост открыт", "ltr"),
        ("من يدفع", "rtl"),
        ("«חיפה» wins", "rtl"),
        ("6: ترام", "rtl"),
        ("BBC: من يدفع", "ltr"),
        ("⚽ 3–2", None),
        ("3-2", None),
        ("\ud800", "ltr"),
        ("", None),
    ],
)
@pytest.mark.parametrize("otherwise", ["ltr", "rtl"])
def test_text_direction_is_that_of_the_first_letter(text: str, direction: str | None, otherwise: str) -> None:
    """Without a letter it is that of the text around it."""
    assert text_direction(text, otherwise) == (direction or otherwise)
