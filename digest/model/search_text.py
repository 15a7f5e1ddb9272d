"""Text as the archive's search compares it: readers type words in other spellings than articles have. Pure."""

import re
from unicodedata import normalize

TEXT_WIDTH = 72  # characters of a line of a message's text part, where longer words are broken
_BROKEN_WORD = re.compile(rf"(?m)(?<=^.{{{TEXT_WIDTH}}})\n *(?=\w)")
# What may be within a word: apostrophes, hyphens, invisible characters and marks of stress.
_APOSTROPHES = "'`\u2018\u2019\u02bc\u2032"
_ACUTE = "\u00b4"  # is typed for an apostrophe; NFKC would make a space of it
_HYPHENS = "\u2010\u2011\u2012\u2013\u2212-"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_STRESS = "\u0300\u0301"  # over Cyrillic vowels; NFKC joins those of Latin ones with the letter
_WITHIN_WORDS = re.compile(f"[{_APOSTROPHES}{_INVISIBLE}{_STRESS}{_HYPHENS}]")


def folded(text: str) -> str:
    """The text without case, without marks within words, and with е for ё."""
    return _WITHIN_WORDS.sub("", normalize("NFKC", text.replace(_ACUTE, "'")).casefold()).replace("ё", "е")


def folded_issue(subject: str, text: str) -> str:
    """What is searched of an issue: its subject, and its text with its lines joined where they break a word.

    Where a line only happens to be full, two words become one, which is found by each of them as before.
    """
    return folded(f"{subject}\n{_BROKEN_WORD.sub('', text)}")
