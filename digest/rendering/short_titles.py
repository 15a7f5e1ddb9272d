"""Titles that are short enough to be listed beside others. Pure."""

import re

from digest.parsing.text import clean_line

_LONGEST, _SHORTEST = 48, 12  # characters of a title, and of a phrase
_PHRASE_END = re.compile(r"[:;] | [–—] ")  # not a comma: “Ministers did not, they say, resign”
_WHOLE_WORDS, _WHOLE_LETTERS = 3, 20  # fewer of both before a colon are the name of a speaker, or of a series
_APOSTROPHE = re.compile(r"(?<=\w)’(?=\w)")


def short_title(title: str) -> str | None:
    """The title if it is short, else its first phrase; None if that is too long as well: half a phrase says little.

    A phrase ends before a colon, a semicolon or a dash, but not within quotation marks or brackets, and a colon after
    a word or two, such as `Prime minister:`, ends none.
    """
    line = clean_line(title)
    if len(line) <= _LONGEST:
        return line
    for end in _PHRASE_END.finditer(line):
        phrase = line[: end.start()]
        if not (_is_open(phrase) or (end[0] == ": " and _is_name(phrase))):
            return phrase if _SHORTEST <= len(phrase) <= _LONGEST else None
    return None


def _is_open(phrase: str) -> bool:
    """Whether a quotation mark or a bracket in the phrase lacks the other one of its pair."""
    marks = _APOSTROPHE.sub("", phrase).count
    pairs = any(marks(left) != marks(right) for left, right in ("«»", "‹›", "()", "[]"))
    low = marks("„")  # its other one is “ or ”, by language
    curly = marks("“") + marks("”") != low if low else marks("“") != marks("”")
    return pairs or curly or marks('"') % 2 == 1 or marks("‘") > marks("’")  # as in: the workers’ strike


def _is_name(phrase: str) -> bool:
    """Whether what is before a colon only says who speaks, or what the title belongs to."""
    return len(phrase.split()) < _WHOLE_WORDS and len(phrase) < _WHOLE_LETTERS
