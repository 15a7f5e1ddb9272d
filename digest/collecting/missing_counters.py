"""Counters that a source does not fill, such as those that JavaScript writes: 0 for every article. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from digest.model.articles import Sighting, Visit

FEWEST = 8  # articles; fewer may all be at 0 by chance, on a quiet night


def without_unfilled_counters(visit: Visit) -> Visit:
    """The visit with views, or comments, unknown where they are 0 for all of at least `FEWEST` articles.

    A note is added. A rating of 0 is common, and stays.
    """
    views = _zeros(sighting.counters.views for sighting in visit.sightings)
    comments = _zeros(sighting.counters.comments for sighting in visit.sightings)
    if not views and not comments:
        return visit
    missing = (("views", views), ("comments", comments))
    notes = [
        f"{name} is 0 for all {number} articles: probably not filled, treated as unknown"
        for name, number in missing
        if number
    ]
    sightings = tuple(
        _without_counters(sighting, views=bool(views), comments=bool(comments)) for sighting in visit.sightings
    )
    return replace(visit, sightings=sightings, notes=(*visit.notes, *notes))


def _zeros(counts: Iterable[int | None]) -> int:
    """How many articles have the counter, if it is 0 for all of them and they are at least `FEWEST`; else 0."""
    values = [value for value in counts if value is not None]
    return len(values) if len(values) >= FEWEST and not any(values) else 0


def _without_counters(sighting: Sighting, *, views: bool, comments: bool) -> Sighting:
    counters = replace(
        sighting.counters,
        views=None if views else sighting.counters.views,
        comments=None if comments else sighting.counters.comments,
    )
    return replace(sighting, counters=counters)
