"""Tells the script and the language of a text by its letters."""

import re
from enum import StrEnum

_FEWEST = 3  # letters
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


# Languages that are never written in Cyrillic. WordPress and others declare en-US on whatever site.
_IN_LATIN = "cs da de en es et fi fr hr hu it lt lv nl no nb nn pl pt ro sk sl sv tr"
_LATIN_LANGUAGES = frozenset(_IN_LATIN.split())


class Script(StrEnum):
    """A script that Digest compares titles in."""

    CYRILLIC = "cyrillic"
    LATIN = "latin"


def script_of(text: str) -> Script | None:
    """The script of most letters, None if there are fewer than three of either."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic + latin < _FEWEST:
        return None
    return Script.CYRILLIC if cyrillic >= latin else Script.LATIN


def believed_language(declared: str | None, text: str) -> str | None:
    """The language that a feed declares; None where the text is in Cyrillic and that language never is."""
    if declared in _LATIN_LANGUAGES and script_of(text) is Script.CYRILLIC:
        return None
    return declared


def detected_language(text: str) -> str | None:
    """The language of a text by its script: `ru` or `en`, or None if there are too few letters."""
    script = script_of(text)
    return None if script is None else {Script.CYRILLIC: "ru", Script.LATIN: "en"}[script]
