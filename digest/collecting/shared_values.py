"""What most articles of an answer share is about their site, and says nothing about any of them. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from digest.model.articles import Sighting, Visit
from digest.parsing.text import letters_of
from digest.parsing.urls import shown_host

_FEWEST = 4  # articles; fewer may be about one event
_MOST_ENDINGS = 2  # of a title: its section, the name of the site
_MARK = r"(?:[|—–―·•»›/~-]|::?|[«‹](?![^»›]*[»›]))"  # no quotation marks with spaces within, as in French
_BEFORE_ENDING = re.compile(rf"(?<=\S)\s+(?={_MARK}\s+\S)")
_PART = re.compile(rf"\s{_MARK}\s|\s?[|:/]\s")
_NOTE = "{} is the same for most articles: probably about the site, treated as unknown"
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2  # of a title without its ending; what is before `— Weather` may be no more than a date


def without_shared_values(visit: Visit) -> Visit:
    """The visit with titles that do not end with the name of the site, and without the site's own summary and picture.

    The site has the names in the feed's title, and its host. At least four titles must end with one of them; what else
    titles share may be an attribution (`— Reuters`) or a subject (`— Elections`). A summary and a picture are those of
    the site where more than half of the articles, at least four, have it, of which a note tells.
    """
    sightings: Sequence[Sighting] = visit.sightings
    names, notes = _names_of_site(visit), []
    for _ending in range(_MOST_ENDINGS):
        sightings = _without_ending(sightings, names)
    if summary := _shared(sightings, lambda one: one.summary):
        sightings = [replace(one, summary=None) if one.summary == summary else one for one in sightings]
        notes.append(_NOTE.format("summary"))
    if image_url := _shared(sightings, lambda one: one.image_url):
        sightings = [_without_picture(one) if one.image_url == image_url else one for one in sightings]
        notes.append(_NOTE.format("image_url"))
    if sightings is visit.sightings:
        return visit
    return replace(visit, sightings=tuple(sightings), notes=(*visit.notes, *notes))


def _without_ending(sightings: Sequence[Sighting], names: Collection[str]) -> Sequence[Sighting]:
    found = [_ending_of(one.title, names) for one in sightings]
    ending, number = next(iter(Counter(filter(None, found)).most_common(1)), ("", 0))
    if number < _FEWEST:
        return sightings
    return [
        replace(one, title=one.title.removesuffix(ending).rstrip()) if own == ending else one
        for one, own in zip(sightings, found, strict=True)
    ]


def _names_of_site(visit: Visit) -> set[str]:
    """The letters of the names: of the feed's title and its parts, and of its articles' host, also without its end."""
    hosts = Counter(shown_host(one.url) or "" for one in visit.sightings)
    host = next(iter(hosts.most_common(1)), ("", 0))[0]
    title = visit.channel.title
    return {*map(letters_of, (title, *_PART.split(title), host, host.rpartition(".")[0]))} - {""}


def _without_picture(sighting: Sighting) -> Sighting:
    return replace(sighting, image_url=None, image_width=None, image_height=None, image_credit=None)


def _shared(sightings: Sequence[Sighting], value_of: Callable[[Sighting], str | None]) -> str | None:
    """The value that more than half of the articles have."""
    values = Counter(value for one in sightings if (value := value_of(one)))
    value, number = next(iter(values.most_common(1)), (None, 0))
    return value if number >= _FEWEST and 2 * number > len(sightings) else None


def _ending_of(title: str, names: Collection[str]) -> str | None:
    """The longest of these names at the title's end, with the mark before it; None where too little is before that."""
    for found in _BEFORE_ENDING.finditer(title):
        if letters_of(title[found.end() :]) in names and len(_WORD.findall(title, 0, found.start())) >= _FEWEST_WORDS:
            return title[found.end() :]
    return None
