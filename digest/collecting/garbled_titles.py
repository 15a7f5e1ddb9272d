"""Titles whose letters were lost before they came here, such as `РџСЂРёРІРµС‚` and `??????`. Pure."""

from dataclasses import replace

from digest.model.articles import Visit
from digest.parsing.csv_table import has_garbled
from digest.parsing.text import clean_line

_LEAST_LOST = 4  # question marks; fewer may be meant


def with_garbled_titles_noted(visit: Visit) -> Visit:
    """The visit with a note where titles are garbled; they stay as they are, because letters may be lost."""
    garbled = [sighting.title for sighting in visit.sightings if _is_garbled(sighting.title)]
    if not garbled:
        return visit
    note = f'garbled titles: {len(garbled)} of {len(visit.sightings)}, such as "{clean_line(garbled[0], 40)}"'
    return replace(visit, notes=(*visit.notes, f"{note}; their source has text in another encoding than it states"))


def _is_garbled(title: str) -> bool:
    """Whether UTF-8 was taken for another encoding, or most letters became question marks."""
    return has_garbled([title], title) or (
        title.count("?") >= _LEAST_LOST and title.count("?") > sum(map(str.isalnum, title))
    )
