"""Titles whose letters were lost before they came here, such as `РџСЂРёРІРµС‚`, `Ïðèâåò` and `??????`. Pure."""

import re
from dataclasses import replace

from digest.model.articles import Visit
from digest.parsing.encodings.garbled import has_garbled
from digest.parsing.text import clean_line

_LEAST_LOST = 4  # question marks; fewer may be meant
# Letters beyond ASCII in Latin-1. No language has four times as many of them as others; Russian taken for Latin-1 has.
_MARKED = re.compile("[À-ÖØ-öø-ÿ]")
_MOST_MARKED = 0.8


def with_garbled_titles_noted(visit: Visit) -> Visit:
    """The visit with a note where titles are garbled; they stay as they are, because letters may be lost."""
    garbled = [sighting.title for sighting in visit.sightings if _is_garbled(sighting.title)]
    if not garbled:
        return visit
    note = f'garbled titles: {len(garbled)} of {len(visit.sightings)}, such as "{clean_line(garbled[0], 40)}"'
    return replace(visit, notes=(*visit.notes, f"{note}; their source has text in another encoding than it states"))


def _is_garbled(title: str) -> bool:
    """Whether one encoding was taken for another, or most letters became question marks."""
    if has_garbled([title], title) or _was_cyrillic(title):
        return True
    return title.count("?") >= _LEAST_LOST and title.count("?") > sum(map(str.isalnum, title))


def _was_cyrillic(title: str) -> bool:
    """Whether windows-1251 or KOI8-R was taken for Latin-1, as from old tables of MySQL."""
    marked = 0 if title.isascii() else len(_MARKED.findall(title))
    return marked >= _LEAST_LOST and marked > _MOST_MARKED * sum(map(str.isalpha, title))
