"""Lines and paragraphs of plain text from hostile text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.html_text import plain_text, title_text
from digest.parsing.text import clean_line, clean_paragraphs, distinct_summary, shorten
from tests.support.foreign_text import FOREIGN, is_safe

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
LIMITS = st.integers(min_value=1, max_value=60)


@given(FOREIGN, LIMITS)
def test_clean_line_any_text_is_safe_and_short(text: str, limit: int) -> None:
    """One line without invisible characters, never longer than the limit; cleaning it again changes nothing."""
    line = clean_line(text, limit)
    assert is_safe(line)
    assert len(line) <= limit
    assert clean_line(line, limit) == line


@given(st.text(alphabet="abc xyzабв.,!?", max_size=60))
def test_clean_line_ordinary_text_is_unchanged(text: str) -> None:
    """Letters, spaces and punctuation that fit are kept, except for white space around and between words."""
    line_of_text = " ".join(text.split())
    assert clean_line(text) == title_text(text) == plain_text(text) == line_of_text


@pytest.mark.parametrize("end", ["", "…", "...", " …", " [...]", " […]"])
def test_clean_line_half_of_a_character_at_the_end_is_left_out(end: str) -> None:
    """A program cut the text by bytes; a sign of its own and one within the text stay."""
    cut = "Порт открыли".encode()[:-1].decode("utf-8", "replace")
    assert clean_line(cut + end) == f"Порт открыл{end}"
    assert clean_line(f"Порт \ufffd{end}") == f"Порт \ufffd{end}"
    assert clean_line(f"{cut}{end} раньше") == f"{cut}{end} раньше"


@given(text=st.text(alphabet="aб \ufffd…\u200b.", max_size=20), limit=LIMITS)
def test_clean_line_with_half_a_character_is_clean(text: str, limit: int) -> None:
    """Whatever is around it, cleaning the line again changes nothing."""
    line = clean_line(text, limit)
    assert clean_line(line, limit) == line


@pytest.mark.parametrize("summary", ["Ferry opens", "ferry opens.", "«Ferry opens»", "Ferry opens…", "Ferry – opens"])
def test_distinct_summary_that_repeats_the_title_is_none(summary: str) -> None:
    """A reader would read the same words twice."""
    assert distinct_summary(summary, "Ferry opens") is None


@pytest.mark.parametrize("summary", [".", "…", "—", "🎉"])
def test_distinct_summary_without_letters_and_digits_is_none(summary: str) -> None:
    """Engines write a dot where an article has no summary, and the text behind it says more."""
    assert distinct_summary(summary, "Ferry opens") is None


@pytest.mark.parametrize("summary", [None, "Ferry opens at 6", "Ferries open", "Ferry opens. It sails at night."])
def test_distinct_summary_that_says_more_is_kept(summary: str | None) -> None:
    """Also where it begins with the title."""
    assert distinct_summary(summary, "Ferry opens") == summary


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Aaaa bbbb. cccc dddd eee", 20, "Aaaa bbbb. cccc…"),
        ("Aaaaa bbbb. cccc dddd ee", 20, "Aaaaa bbbb."),
        ("Aaaa bbbb cccc dddd. Eee", 20, "Aaaa bbbb cccc dddd."),
        ("Aaaa bbbb cccc ddddd. Ee", 20, "Aaaa bbbb cccc…"),
        ("Aaaaaaaaa bbbbbbbbbbbbbb", 20, "Aaaaaaaaa bbbbbbbbb…"),
        ("Aaaaaaaaaa bbbbbbbbbbbbb", 20, "Aaaaaaaaaa bbbbbbbb…"),
        ("Aaaaaaaaaaa bbbbbbbbbbbb", 20, "Aaaaaaaaaaa…"),
        ("Aaaa bbbb cccc dddd eeee", 24, "Aaaa bbbb cccc dddd eeee"),
    ],
)
def test_shorten_text_is_cut_past_its_half(text: str, limit: int, cut: str) -> None:
    """After a sentence or a word that ends behind half of the limit; a limit that fits cuts nothing."""
    assert shorten(text, limit) == plain_text(text, limit) == cut


@pytest.mark.parametrize(
    "sign",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f469\U0001f3fd\u200d\U0001f52c",
        "\U0001f44d\U0001f3fd",
        "\u2764\ufe0f",
        "\U0001f1f7\U0001f1fa",
        "1\ufe0f\u20e3",
        "\u0438\u0301",
        "\u0915\u094d\u0937\u093f",
    ],
    ids=["family", "scientist", "skin tone", "heart", "flag", "keycap", "accent", "Devanagari"],
)
def test_clean_line_is_cut_between_characters(sign: str) -> None:
    """Half of a flag is a letter in a box, and a part of an emoji is another one."""
    for limit in range(40, 60):
        cut = clean_line(sign * 40, limit).removesuffix("…")
        assert cut == sign * (len(cut) // len(sign))
        assert len(cut) > limit - 1 - len(sign)


def test_clean_line_of_marks_without_a_letter_is_cut_to_its_limit() -> None:
    """They are no text; the time does not grow with their number."""
    assert clean_line("Z" + "\u0941" * 50_000, 100) == "Z" + "\u0941" * 98 + "…"


@pytest.mark.parametrize("mark", ["\u0323", "\u0e47", "\u064b", "\u0489", "\u20dd"])
@pytest.mark.parametrize("before", range(6))
def test_clean_line_letter_has_at_most_five_marks(mark: str, before: int) -> None:
    """More would run through the lines above and below, wherever in the text the tower is."""
    start = "x" * before
    assert clean_line(f"{start}ง{mark * 5} port") == f"{start}ง{mark * 5} port"
    for number in (6, 7, 200):
        assert clean_line(f"{start}ง{mark * number} port {mark * number}") == f"{start}ง{mark * 5} port {mark * 5}"
        assert clean_line(f"{start}ง{mark * number}\u200bport") == f"{start}ง{mark * 5}port"
        assert clean_paragraphs(f"{start}ง{mark * number}\nport") == f"{start}ง{mark * 5}\nport"


def test_clean_line_marks_of_languages_stay() -> None:
    """Vietnamese, Hebrew with vowels and accents, Arabic with vowels, Thai, an emoji with a keycap."""
    for text in ("Việt Nam", "בְּרֵאשִׁ֖ית", "السَّلَامُ عَلَيْكُمْ", "ที่นี่น้ำ", "1\ufe0f\u20e3"):
        assert clean_line(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("sign", ["\ufffc", "\u3164", "\uffa0"])
def test_clean_line_without_signs_that_show_nothing(sign: str) -> None:
    """Word processors leave the place of a picture in a title; a title of such signs alone is none."""
    assert clean_line(f"{sign} The port opens{sign}") == "The port opens"
    assert clean_line(f"{sign} {sign}") == ""


def test_clean_line_cut_within_a_tag_flag_leaves_no_tags() -> None:
    """A part of a flag would be invisible text."""
    assert clean_line(f"wins {ENGLAND}", 9) == "wins \U0001f3f4…"


def test_clean_line_long_text_is_cut_after_a_word() -> None:
    """A text of 5,000 letters is cut to the limit; a text without spaces inside its word."""
    assert clean_line("The wind rises, and the port closes", 17) == "The wind rises…"
    assert clean_line("A" * 5000) == "A" * 299 + "…"
    assert clean_line("Windstill", 9) == "Windstill"


@pytest.mark.parametrize("number", [8, 9])
def test_distinct_summary_of_title_and_up_to_eight_marks_repeats_it(number: int) -> None:
    """More of them are no end of a sentence."""
    assert distinct_summary(f"Ferry{'!' * number}", "Ferry") == (None if number == 8 else "Ferry!!!!!!!!!")
