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


@pytest.mark.parametrize("beside", ["", "\u1e00"], ids=["alone", "beside a rare letter"])
def test_script_of_any_character_is_that_of_its_block(beside: str) -> None:
    """Counting bytes of UTF-8 gives what the blocks of Unicode say, for a rare letter and without one."""
    blocks = [(0x00C0, 0x0250, Script.LATIN), (0x0400, 0x0530, Script.CYRILLIC), (0x1E00, 0x1F00, Script.LATIN)]
    for start, end, script in blocks:
        assert {script_of(chr(code) * 3 + beside) for code in range(start, end)} == {script}
    others = [*range(0x80, 0xC0), *range(0x250, 0x400), *range(0x530, 0x1E00), *range(0x1F00, 0x3100), 0x1F600]
    assert {script_of(chr(code) * 3 + beside) for code in others} == {None}


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
