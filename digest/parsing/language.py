"""Tells the script, the direction and the language of a text by its letters, and reads the tags of languages."""

import re
import unicodedata
from enum import StrEnum
from string import ascii_letters

from babel.core import get_global

_FEWEST = 3  # letters
# Runs of letters: a match for each letter would take half as long again (benchmarks: collecting).
_CYRILLIC = re.compile("[\u0400-\u052f]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
# In UTF-8 a letter of these has one of these bytes, and nothing else has; but for U+0240 to U+024F, U+0500 to U+052F
# and U+1E00 to U+1EFF, which share their first byte (C9, D4, E1) with other letters.
_CYRILLIC_BYTES = bytes(range(0xD0, 0xD4))
_LATIN_BYTES = ascii_letters.encode() + bytes(range(0xC3, 0xC9))

# What Unicode calls a strong direction (UAX #9, table 4): digits and punctuation have none.
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}

# Languages that are never written in Cyrillic. WordPress and others declare en-US on whatever site.
_IN_LATIN = "cs da de en es et fi fr hr hu it lt lv nl no nb nn pl pt ro sk sl sv tr"
_LATIN_LANGUAGES = frozenset(_IN_LATIN.split())

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
NO_LANGUAGES = frozenset({"und", "mul", "mis", "zxx"})
"""Codes of no language (ISO 639-2), such as Drupal gives an article that it knows none of."""

# Codes of countries that feeds give for their languages.
_COUNTRIES = {"ua": "uk", "kz": "kk", "cz": "cs", "dk": "da", "gr": "el", "jp": "ja", "cn": "zh"}


class Script(StrEnum):
    """A script that Digest compares titles in."""

    CYRILLIC = "cyrillic"
    LATIN = "latin"


def script_of(text: str) -> Script | None:
    """The script of most letters, None if there are fewer than three of either."""
    cyrillic, latin = _letters_of_scripts(text)
    if cyrillic + latin < _FEWEST:
        return None
    return Script.CYRILLIC if cyrillic >= latin else Script.LATIN


def _letters_of_scripts(text: str) -> tuple[int, int]:
    """The numbers of Cyrillic and of Latin letters; by bytes a tenth of the time (benchmarks: collecting)."""
    octets = text.encode(errors="surrogatepass")
    if b"\xc9" in octets or b"\xd4" in octets or b"\xe1" in octets:
        return sum(map(len, _CYRILLIC.findall(text))), sum(map(len, _LATIN.findall(text)))
    cyrillic, latin = (octets.translate(None, delete=letters) for letters in (_CYRILLIC_BYTES, _LATIN_BYTES))
    return len(octets) - len(cyrillic), len(octets) - len(latin)


def text_direction(text: str, otherwise: str) -> str:
    """`ltr` or `rtl` by the first letter, as HTML's `dir="auto"` has it; `otherwise` for a text without letters."""
    if text.isascii():
        return "ltr" if any(map(str.isalpha, text)) else otherwise
    return next(filter(None, (_DIRECTIONS.get(unicodedata.bidirectional(one)) for one in text)), otherwise)


def believed_language(declared: str | None, text: str) -> str | None:
    """The language that a feed declares; None where the text is in Cyrillic and that language never is."""
    if declared in _LATIN_LANGUAGES and not text.isascii() and script_of(text) is Script.CYRILLIC:
        return None
    return declared


def detected_language(text: str) -> str | None:
    """The language of a text by its script: `ru` or `en`, or None if there are too few letters."""
    script = script_of(text)
    return None if script is None else {Script.CYRILLIC: "ru", Script.LATIN: "en"}[script]


def primary_language(tag: object) -> str | None:
    """The first part of a language tag, such as `ru` of `ru-RU`, and of `rus`; None for `und` and the like."""
    match = _LANGUAGE.fullmatch(tag.strip()) if isinstance(tag, str) else None
    if match is None or match[1].lower() in NO_LANGUAGES:
        return None
    code = match[1].lower()
    if len(code) == 2:
        return _COUNTRIES.get(code, code)
    shorter = get_global("language_aliases").get(code, "")
    return shorter if len(shorter) == 2 else code
