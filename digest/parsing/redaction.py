"""Removes from a text what identifies a person (pure)."""

import re
from collections.abc import Iterator

_REDACTED = "<…>"
_SHORTEST = 2  # characters; a single letter identifies nobody
_WORD = re.compile(r"[^\W_]+")
_LETTER = r"[^\s@<>()\"',;:]"  # of an address, whatever else it may be
_ADDRESS = re.compile(rf"(?<!{_LETTER}){_LETTER}++@{_LETTER}+")  # looked for once in each word


def masked_address(address: str) -> str:
    """The address as its owner recognises it, and nobody else: `a•••@m•••.example`."""
    local, _, domain = address.rpartition("@")
    name, dot, top = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{top}"


def with_masked_addresses(text: str) -> str:
    """The text with each mail address masked."""
    return _ADDRESS.sub(lambda found: masked_address(found[0]), text)


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
