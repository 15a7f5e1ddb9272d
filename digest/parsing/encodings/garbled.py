"""Recognises text whose letters were lost because its encoding was taken for another one. Pure."""

import re
from collections.abc import Iterable

_LEAST = 4  # characters; two bytes of a shorter word may be one letter by chance
_MISTAKEN = ("cp1251", "cp1252", "latin-1")
_LIKE_UTF_8 = re.compile(r"[РСÐÑÃÂÅÄ][^\x00-\x7fА-я]")  # two bytes of a letter in other encodings


def has_garbled(cells: Iterable[str], text: str) -> bool:
    """Whether the UTF-8 of a cell was taken for another encoding; `text` is that of the row, for a quick look."""
    return not text.isascii() and _LIKE_UTF_8.search(text) is not None and any(map(is_garbled, cells))


def is_garbled(name: str) -> bool:
    """Whether a name has lost letters, or its UTF-8 was taken for another encoding."""
    return "\ufffd" in name or (len(name) >= _LEAST and any(_was_utf_8(name, one) for one in _MISTAKEN))


def _was_utf_8(text: str, charset: str) -> bool:
    try:
        return text.encode(charset).decode() != text
    except UnicodeError:
        return False
