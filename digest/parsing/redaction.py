"""Removes what identifies a person from a text of foreign origin (pure)."""

import re
from collections.abc import Iterator

_REDACTED = "<…>"
_SHORTEST = 2  # characters; a single letter identifies nobody
_WORD = re.compile(r"[^\W_]+")


def without_recipient(text: str, address: str) -> str:
    """The text without the local part of the address, with and without its tag (`anna+news`)."""
    local = address.rpartition("@")[0]
    return _without(text, iter((local, local.partition("+")[0])))


def without_name(text: str, name: str) -> str:
    """The text without the name and without each of its parts."""
    return _without(text, _name_parts(name))


def _name_parts(name: str) -> Iterator[str]:
    yield name
    yield from _WORD.findall(name)


def _without(text: str, terms: Iterator[str]) -> str:
    folded = text.casefold()  # a quick check first: most replies repeat nothing
    for term in terms:
        if len(term) >= _SHORTEST and term.casefold() in folded:
            text = re.sub(rf"(?<!\w){re.escape(term)}(?!\w)", _REDACTED, text, flags=re.IGNORECASE)
    return text
