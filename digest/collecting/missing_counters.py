"""Counters that a source does not fill: shown as 0 for every article, such as those that JavaScript writes. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from digest.model.articles import Sighting, Visit

FEWEST = 8  # articles; fewer may all stand at 0 by chance, in a quiet night


def without_unfilled_counters(visit: Visit) -> Visit:
    """The visit with views, or comments, unknown where they are 0 for every article, `FEWEST` at least; a note says so.

    A rating of 0 is what most articles have, and stays.
    """
    views = _unfilled(sighting.counters.views for sighting in visit.sightings)
    comments = _unfilled(sighting.counters.comments for sighting in visit.sightings)
    if not views and not comments:
        return visit
    told = (("views", views), ("comments", comments))
    notes = [
        f"{name} is 0 for all {number} articles: probably not filled, taken for unknown"
        for name, number in told
        if number
    ]
    sightings = tuple(_without(sighting, views=bool(views), comments=bool(comments)) for sighting in visit.sightings)
    return replace(visit, sightings=sightings, notes=(*visit.notes, *notes))


def _unfilled(told: Iterable[int | None]) -> int:
    """How many articles a counter is told of, if it is 0 for all of them and they are enough to tell; else 0."""
    values = [value for value in told if value is not None]
    return len(values) if len(values) >= FEWEST and not any(values) else 0


def _without(sighting: Sighting, *, views: bool, comments: bool) -> Sighting:
    counters = replace(
        sighting.counters,
        views=None if views else sighting.counters.views,
        comments=None if comments else sighting.counters.comments,
    )
    return replace(sighting, counters=counters)
