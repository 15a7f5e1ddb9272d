"""Tells the script and the language of a text by its letters."""

import re
from enum import StrEnum

_FEWEST = 3  # letters
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


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


def detected_language(text: str) -> str | None:
    """The language of a text by its script: `ru` or `en`, or None if there are too few letters."""
    script = script_of(text)
    return None if script is None else {Script.CYRILLIC: "ru", Script.LATIN: "en"}[script]
