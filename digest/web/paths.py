"""The path of a page, from what people, programs and printed codes make of it. Pure."""

import re
from collections.abc import Iterable

_SLASHES = re.compile("/{2,}")


class Paths:
    """The paths of the public pages, as their routes are declared."""

    def __init__(self, declared: Iterable[str]) -> None:
        parts = [path.split("{", 1)[0] for path in declared]
        self._whole = frozenset(part for part in parts if part == "/" or not part.endswith("/"))
        self._first = frozenset(part.split("/")[1] for part in parts if part != "/")

    def meant_by(self, path: str) -> str:
        """The path with single slashes, none of them at its end, and the words of its route in lower case.

        A QR code is smaller where its address is in capital letters. All other paths stay as they are.
        """
        single = _SLASHES.sub("/", path).rstrip("/") or "/"
        lower = single.lower()
        if lower in self._whole:
            return lower
        first, slash, rest = single[1:].partition("/")
        return f"/{first.lower()}{slash}{rest}" if first.lower() in self._first else path
