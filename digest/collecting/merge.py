"""Makes one article out of what several sources said about it. Pure.

The order of rules: the source that the configuration names first is believed first; what it does not tell, the next one
tells. The earliest stated publication date counts (later ones are edits), and the latest update. An article that nobody
dates is dated by our first sight of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from digest.model.articles import Article, ArticleRecord, Role, Sighting

T = TypeVar("T")


def merge(told: ArticleRecord, order: Mapping[str, int]) -> Article:
    """One article of all its sightings, one of which at least is an article's; `order` ranks the sources."""
    sightings = sorted(
        (sighting for sighting in told.sightings if sighting.role is Role.ARTICLES),
        key=lambda sighting: (order.get(sighting.source, len(order)), sighting.source),
    )
    first = sightings[0]
    published = [sighting.published_at for sighting in sightings if sighting.published_at is not None]
    updated = [sighting.updated_at for sighting in sightings if sighting.updated_at is not None]
    pictured = _first(sightings, lambda sighting: sighting if sighting.image_url else None)
    return Article(
        key=told.key,
        url=first.url,
        title=first.title,
        published_at=min(published, default=told.first_seen_at),
        dated=bool(published),
        summary=_first(sightings, lambda sighting: sighting.summary),
        image_url=pictured.image_url if pictured else None,
        image_credit=pictured.image_credit if pictured else None,
        section=_first(sightings, lambda sighting: sighting.section),
        author=_first(sightings, lambda sighting: sighting.author),
        language=_first(sightings, lambda sighting: sighting.language),
        updated_at=max(updated, default=None),
        sources=tuple(sighting.source for sighting in sightings),
        readings=tuple(sorted(told.readings, key=lambda reading: (reading.taken_at, reading.source))),
    )


def _first(sightings: Sequence[Sighting], told: Callable[[Sighting], T | None]) -> T | None:
    return next((value for value in map(told, sightings) if value is not None), None)
