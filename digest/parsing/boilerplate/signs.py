"""Finds quickly whether a text may hold boilerplate at all."""

import re
from collections import defaultdict
from collections.abc import Iterable

_SHORT = 50  # characters: one search of them takes less time than looking for each of several signs
_FEW = 20  # signs that are looked for one by one in less time


class Signs:
    """Short texts, one of which makes it worth looking at another text more closely."""

    def __init__(self, signs: Iterable[str]) -> None:
        self._signs = tuple(signs)
        by_first: defaultdict[str, list[str]] = defaultdict(list)
        for sign in self._signs:
            by_first[sign[0]].append(re.escape(sign[1:]))
        # With each first character once, a search passes most places of a text at once.
        groups = (f"{re.escape(first)}(?:{'|'.join(others)})" for first, others in by_first.items())
        self._pattern = re.compile("|".join(groups))

    def any_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        # Python widens each sign before it looks for it in a text that is not ASCII (benchmarks: parsing).
        if len(text) < _SHORT or (len(self._signs) > _FEW and not text.isascii()):
            return self._pattern.search(text) is not None
        for sign in self._signs:  # noqa: SIM110 - any() takes a third longer
            if sign in text:
                return True
        return False
