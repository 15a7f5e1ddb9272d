"""Reads windows-1251 among lines of UTF-8, where its words show that it is no other Cyrillic encoding. Pure."""

import re
from collections.abc import Sequence

_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
_WORD = re.compile(r"[^\W\d_]+")
_LIKELY_LENGTH = 3  # letters of a word that makes the first row in windows-1251 recognisable
# Not a small letter before a capital one, as words in KOI8-R look; a name of 1C may be АдресЭП.
_RUSSIAN_WORD = re.compile("[а-яёіїєґў]+|[А-ЯЁІЇЄҐЎ][А-ЯЁІЇЄҐЎа-яёіїєґў]*")
_CAPITALS = re.compile("[^а-яё]*[А-ЯЁ][^а-яё]*")
_CYRILLIC = re.compile("[\x00-\x7fЀ-ӿ]*")
_SIGN_IN_WORD = re.compile("[¤¦§©¬®†‡€‰•™][Ѐ-ӿ]|[Ѐ-ӿ][¤¦§©¬®†‡€‰•™]")
_VOWELS, _FREQUENT = frozenset("аеёиоуыэюя"), frozenset("оеаинтсрвлкм")


def has_other_bytes(text: str) -> bool:
    """Whether a text that was decoded with `errors="surrogateescape"` has bytes that are not UTF-8."""
    return _NOT_UTF_8.search(text) is not None


def from_windows_1251(cells: Sequence[str], *, is_expected: bool) -> list[str] | None:
    """Cells with such bytes, read as windows-1251; None where they become no Russian, Ukrainian or Belarusian words.

    Where it is not expected, one of the words must be long enough to be no chance.
    """
    try:
        decoded = [cell.encode("utf-8", "surrogateescape").decode("cp1251") for cell in cells]
    except UnicodeError:
        return None
    words = [word for word in _WORD.findall(" ".join(decoded)) if not word.isascii()]
    is_likely = is_expected or any(len(word) >= _LIKELY_LENGTH for word in words)
    if not is_likely or not all(map(_RUSSIAN_WORD.fullmatch, words)) or _is_rather_cp866(decoded):
        return None
    return decoded


def is_rather_koi8(names: list[str]) -> bool:
    """Whether names in capitals, which were read as windows-1251, are likelier names in small letters in KOI8-R."""
    text = "".join(names)
    if not _CAPITALS.fullmatch(text):
        return False
    return _likelihood(text.encode("cp1251").decode("koi8-r")) > _likelihood(text) + 1


def _is_rather_cp866(cells: Sequence[str]) -> bool:
    """Whether cells that were read as windows-1251 are likelier in CP866, in which Excel saves *CSV (MS-DOS)*.

    Most small letters are signs in windows-1251, so that only pieces of words are left.
    """
    text = "".join(cells)
    other = text.encode("cp1251").decode("cp866")
    if _CYRILLIC.fullmatch(other) is None:
        return False
    return _SIGN_IN_WORD.search(text) is not None or _likelihood(other) > _likelihood(text) + 2


def _likelihood(text: str) -> int:
    """How many letters of a text are frequent in Russian; vowels among them count twice."""
    return sum((letter in _VOWELS) + (letter in _FREQUENT) for letter in text.lower())
