"""What most articles of an answer share, such as the name of the site: it says nothing about any of them. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from digest.model.articles import Sighting, Visit

_FEWEST = 4  # articles; fewer may be about one event
_MOST_ENDINGS = 2  # of a title: its section, the name of the site
_ENDING = re.compile(r"(\S.*\S)\s+([|—–·•»-])\s+(\S[^|]*)")
_NOTE = "{} is the same for most articles: probably about the site, treated as unknown"
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2  # of a title without its ending; what is before `— Weather` may be no more than a date


def without_shared_values(visit: Visit) -> Visit:
    """The visit with titles that do not end with the name of the site, and without the site's own summary and picture.

    What follows a mark such as `|` is its name where more than half of the articles, at least four, have it, and so it
    is with a summary and a picture, of which a note tells.
    """
    sightings: Sequence[Sighting] = visit.sightings
    notes = []
    for _ending in range(_MOST_ENDINGS):
        sightings = _without_shared_ending(sightings)
    if summary := _shared(sightings, lambda one: one.summary):
        sightings = [replace(one, summary=None) if one.summary == summary else one for one in sightings]
        notes.append(_NOTE.format("summary"))
    if image_url := _shared(sightings, lambda one: one.image_url):
        sightings = [_without_picture(one) if one.image_url == image_url else one for one in sightings]
        notes.append(_NOTE.format("image_url"))
    if sightings is visit.sightings:
        return visit
    return replace(visit, sightings=tuple(sightings), notes=(*visit.notes, *notes))


def _without_shared_ending(sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    ending = _shared(sightings, lambda one: _ending_of(one.title))
    if ending is None:
        return sightings
    return [
        replace(one, title=one.title.removesuffix(ending).rstrip()) if _ending_of(one.title) == ending else one
        for one in sightings
    ]


def _without_picture(sighting: Sighting) -> Sighting:
    return replace(sighting, image_url=None, image_width=None, image_height=None, image_credit=None)


def _shared(sightings: Sequence[Sighting], value_of: Callable[[Sighting], str | None]) -> str | None:
    """The value that more than half of the articles have."""
    values = Counter(value for one in sightings if (value := value_of(one)))
    value, number = next(iter(values.most_common(1)), (None, 0))
    return value if number >= _FEWEST and 2 * number > len(sightings) else None


def _ending_of(title: str) -> str | None:
    """What follows the title's last mark, with it; None where too little is before it."""
    found = _ENDING.fullmatch(title)
    if found is None or len(_WORD.findall(found[1])) < _FEWEST_WORDS:
        return None
    return f"{found[2]} {found[3]}"
