"""Makes one article out of what several sources said about it. Pure.

The order of rules: the source that the configuration names first is believed first; what it does not tell, the next one
tells. The earliest stated publication date counts (later ones are edits), and the latest update. An article that nobody
dates is dated by our first sight of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from digest.model import Article, Count, Counters, Reading, Role, Sighting, Told

T = TypeVar("T")


def merge(told: Told, order: Mapping[str, int]) -> Article:
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


def counted(readings: Iterable[Reading], slot: datetime, counter: Callable[[Counters], int | None]) -> Count | None:
    """What a counter stood at by the slot, and when it was read: the value of the source that counted most.

    Readings taken by the slot decide; where a source has none, its earliest later one counts, at the time when it was
    read. A counter that fell (a cache, a purge) keeps its maximum.
    """
    by_source: dict[str, list[Count]] = {}
    for reading in readings:
        value = counter(reading.counters)
        if value is not None:
            by_source.setdefault(reading.source, []).append(Count(value=value, taken_at=reading.taken_at))
    standing = [_standing(counts, slot) for counts in by_source.values()]
    return max(standing, key=lambda count: (count.value, count.taken_at), default=None)


def _standing(counts: Sequence[Count], slot: datetime) -> Count:
    by_slot = [count for count in counts if count.taken_at <= slot]
    if not by_slot:
        return min(counts, key=lambda count: count.taken_at)
    return Count(
        value=max(count.value for count in by_slot),
        taken_at=max(count.taken_at for count in by_slot),
    )


def _first(sightings: Sequence[Sighting], told: Callable[[Sighting], T | None]) -> T | None:
    return next((value for value in map(told, sightings) if value is not None), None)
