"""Cleans foreign text: a line or paragraphs of plain text, safe to show, and no longer than wanted. Pure."""

import re
import unicodedata

# Noncharacters, and code points reserved for invisible characters (Default_Ignorable_Code_Point of Unicode).
_NEVER_VISIBLE = re.compile(r"[\u2065\ufdd0-\ufdef\ufff0-\ufff8\U000e0000-\U000e0fff]")
# Printable and yet nothing to read: the place of an object that was not copied, and fillers of Hangul.
_BLANKS = re.compile("[\ufffc\u3164\uffa0]")
# Flags of England, Scotland, Wales and others: a black flag and an ISO 3166-2 code in tags (UTS 51, annex C).
_TAG_FLAG = re.compile(r"(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)")
_TAGS = "".join(map(chr, (*range(0xE0030, 0xE003A), *range(0xE0061, 0xE007B))))
_JOINERS = "\u200c\u200d"  # Persian and Indic spelling, and emoji sequences, need these two
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two of them are a flag
_VIRAMA = 9  # the combining class of signs that join two letters of an Indic script
_LONGEST_CHARACTER = 32  # code points of an emoji or a letter with its marks; more are no text
# Marks above and below a letter. Languages need at most five; a tower of more runs through the lines around it.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e34-\u0e3a\u0e47-\u0e4e\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_MOST_MARKS = 5
_MARK = re.compile(f"[{_MARKS}]")
_TOWER = re.compile(f"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
# What is left of a character that a program cut in two at the end of a text, behind the letters before it.
_CUT_CHARACTER = re.compile(r"(?<=\w)\ufffd{1,3}(?= ?(?:…|\.{2,3}|\[(?:…|\.{3})\])?$)")
_SENTENCE_END = re.compile(r"[.!?…][»”\"')\]]*(?=\s)")
_MOST_PUNCTUATION = 8  # such as an emoji before a title, and an ellipsis behind it
LONGEST_TEXT = 200_000
"""Characters of foreign text that are read: far more than any summary has, and few enough to be quick."""


def has_blanks(text: str) -> bool:
    """Whether a text has printable characters that show nothing."""
    return "\ufffc" in text or "\u3164" in text or "\uffa0" in text  # quicker than the pattern (benchmarks: parsing)


def clean_line(text: str, limit: int = 300) -> str:
    """One line of at most `limit` characters: no controls, bidi overrides, zero-width or private characters."""
    line = text[:LONGEST_TEXT].strip()
    is_printable = line.isprintable()
    if not is_printable or "  " in line:  # a quick look: no space but that of ASCII is printable
        line = " ".join(line.split())
        is_printable = line.isprintable()
    if has_blanks(line):
        line = " ".join(_BLANKS.sub("", line).split())
    if is_printable:  # nearly every text: nothing has to go
        return _shortened(_without_cut_character(_composed(line)), limit)
    parts = _TAG_FLAG.split(line)
    kept = "".join(part if index % 2 else "".join(map(_visible, part)) for index, part in enumerate(parts))
    words = [word.strip(_JOINERS) for word in _composed(kept).split()]  # invisible beside a space
    return _shortened(_without_cut_character(" ".join(filter(None, words))), limit)


def clean_paragraphs(text: str) -> str:
    """Text of several lines: no controls, bidi overrides, zero-width or private characters; spaces of any kind stay."""
    lines = (line.expandtabs(4) for line in text[:LONGEST_TEXT].splitlines())
    cleaned = "\n".join(
        "".join(char if unicodedata.category(char) == "Zs" else _visible(char) for char in line) for line in lines
    )
    return _composed(cleaned).strip("\n") if cleaned.strip(f"\n {_JOINERS}") else ""


def distinct_summary(summary: str | None, title: str) -> str | None:
    """The summary; None if it only repeats the title, whatever the case and the punctuation, or has no letters."""
    if summary is None or not any(map(str.isalnum, summary)):
        return None
    if abs(len(summary) - len(title)) > _MOST_PUNCTUATION:
        return summary
    return None if letters_of(summary) == letters_of(title) else summary


def letters_of(text: str) -> str:
    """The letters and digits of a text, case-folded, by which texts are compared."""
    return "".join(filter(str.isalnum, text)).casefold()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: cut after a sentence that ends in the second half, else after a word, with “…”."""
    return cut(clean_line(text, 2 * limit), limit)


def cut(line: str, limit: int) -> str:
    """A clean line of at most `limit` characters, cut as by `shorten`."""
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, limit + 1)]  # and the space after it
    return line[: ends[-1]] if ends and ends[-1] > limit // 2 else _shortened(line, limit)


def _composed(text: str) -> str:
    """The text in normal form C, with at most five marks on a letter."""
    text = unicodedata.normalize("NFC", text)
    # Of six marks in a row one is at a place that six divides (benchmarks: parsing).
    return _TOWER.sub(r"\1", text) if _MARK.search(text[:: _MOST_MARKS + 1]) else text


def _without_cut_character(line: str) -> str:
    return _CUT_CHARACTER.sub("", line) if "\ufffd" in line else line


def _visible(char: str) -> str:
    """A character other than a space, or nothing: controls, surrogates, private use, bidi controls, zero width.

    Unassigned ones stay, because Python 3.11 knows no emoji of September 2022 or later.
    """
    if char.isprintable() or char in _JOINERS:
        return char
    is_unassigned = unicodedata.category(char) == "Cn"
    return char if is_unassigned and not _NEVER_VISIBLE.match(char) and ord(char) & 0xFFFE != 0xFFFE else ""


def _shortened(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    head = line[: _end_of_character(line, limit - 1)]
    word = head.rpartition(" ")[0]
    return (word if len(word) > limit // 2 else head).rstrip(f" ,;:—–-\ufffd{_TAGS}") + "…"


def _end_of_character(line: str, place: int) -> int:
    """The last place up to `place` that is within nothing that is shown as one character (as in UAX 29)."""
    start = place
    while place > 0 and _continues(line, place):
        place -= 1
        if start - place == _LONGEST_CHARACTER:
            return start
    return place


def _continues(line: str, place: int) -> bool:
    """Whether the code point at a place belongs to the one before it: a mark, a part of an emoji, of a flag."""
    before, char = line[place - 1], line[place]
    if char in _FLAG_LETTERS:
        return (place - len(line[:place].rstrip(_FLAG_LETTERS))) % 2 == 1
    if char in _JOINERS or char in _SKIN_TONES or unicodedata.category(char).startswith("M"):
        return True
    return before == "\u200d" or (char.isalpha() and unicodedata.combining(before) == _VIRAMA)
