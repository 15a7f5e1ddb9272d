"""Removes from titles the endings that several of them have, such as the name of a site. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

_SEVERAL = 2  # different titles that have an ending
_MOST = 2  # endings of a title: its section, the name of the site
# The beginning has two words at least: in a shorter title the ending may be what it is about.
_ENDING = re.compile(r"(\S+\s.*\S)\s+[|—–·•»:-]+\s+(\S.*)")


def without_shared_endings(titles: Sequence[str]) -> list[str]:
    """The titles without what at least two of them have after a mark such as `|`."""
    texts = list(titles)
    for _ending in range(_MOST):
        found = [_ENDING.fullmatch(text) for text in texts]
        different = {(one[1], one[2].casefold()) for one in found if one}
        number = Counter(ending for _beginning, ending in different)
        texts = [
            one[1] if one and number[one[2].casefold()] >= _SEVERAL else text
            for one, text in zip(found, texts, strict=True)
        ]
    return texts
