"""Reads of an article's readings where its counters stand, and at which age. Pure.

Readings taken by the slot decide; where a source has none, its earliest later one counts, at the age it had when it was
read. A counter that fell (a cache, a purge) keeps its maximum, and the source that counted most is believed.

A source that shows only some articles (a front page, the last twenty) stops counting the others, and what it read of
them long ago says two things: so many, and not more since. So a count belongs to the age at which it was read while the
source is due to show the article again, and to the age at the source's last look once the article has been missed: when
more than 1 1/4 of the usual time between two readings of an article has passed.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median
from typing import NamedTuple

from digest.candidates import PACE, Candidate, Standing
from digest.curves import YOUNGEST
from digest.model import Article, Count, Counters, Reading

MISSED = 1.25  # usual gaps
UNREAD_GAP = 1.0  # hours: the usual gap where nothing was read twice
_HOUR = timedelta(hours=1)
_PACE = timedelta(hours=PACE)
_TAKEN_AT = attrgetter("taken_at")


class Counted(NamedTuple):
    """An article with its counters as they were read, the source of the first known one, and the candidate it makes."""

    article: Article
    views: Count | None
    comments: Count | None
    source: str
    candidate: Candidate


class Look(NamedTuple):
    """When a source looked last, by the slot, and what usually passes between two readings of an article."""

    at: datetime
    gap: float  # hours

    def age(self, read_at: datetime, published_at: datetime) -> timedelta:
        """The article's age to which a count belongs that was read then."""
        missed = (self.at - read_at) / _HOUR > MISSED * self.gap
        return (self.at if missed else read_at) - published_at


def usual_gap(gaps: Sequence[float]) -> float:
    """The hours that usually pass between two readings of an article, of the mean gaps of several articles."""
    return median(gaps) if gaps else UNREAD_GAP


class _Told(NamedTuple):
    """One source's readings of one article in their order, and how many of them were taken by the slot."""

    readings: Sequence[Reading]
    by_slot: int


def counted_all(articles: Iterable[Article], slot: datetime) -> list[Counted]:
    """Each article with its counters and as a candidate of the issue at that slot, in the order given."""
    told = [(article, _by_source(article.readings, slot)) for article in articles]
    looks = _looks(by_source for _, by_source in told)
    return [_counted(article, by_source, slot, looks) for article, by_source in told]


def _by_source(readings: Sequence[Reading], slot: datetime) -> dict[str, _Told]:
    in_order = sorted(readings, key=_TAKEN_AT)
    names = {reading.source for reading in in_order}
    if len(names) == 1:
        return {names.pop(): _Told(in_order, bisect_right(in_order, slot, key=_TAKEN_AT))}
    split: dict[str, list[Reading]] = defaultdict(list)
    for reading in in_order:
        split[reading.source].append(reading)
    return {name: _Told(own, bisect_right(own, slot, key=_TAKEN_AT)) for name, own in sorted(split.items())}


def _looks(told: Iterable[Mapping[str, _Told]]) -> dict[str, Look]:
    last: dict[str, datetime] = {}
    gaps: dict[str, list[float]] = defaultdict(list)
    for by_source in told:
        for name, (readings, by_slot) in by_source.items():
            if not by_slot:
                continue
            first, latest = readings[0].taken_at, readings[by_slot - 1].taken_at
            last[name] = max(last.get(name, latest), latest)
            if by_slot > 1:
                gaps[name].append((latest - first) / _HOUR / (by_slot - 1))
    return {name: Look(at, usual_gap(gaps.get(name, ()))) for name, at in last.items()}


def _counted(article: Article, told: Mapping[str, _Told], slot: datetime, looks: Mapping[str, Look]) -> Counted:
    views = _best(told, lambda counters: counters.views)
    comments = _best(told, lambda counters: counters.comments)
    first = views or comments
    return Counted(
        article,
        views[1] if views else None,
        comments[1] if comments else None,
        first[0] if first else "",
        Candidate(
            age=(slot - article.published_at) / _HOUR,
            views=_standing(views, article.published_at, slot, looks),
            comments=_standing(comments, article.published_at, slot, looks),
        ),
    )


_Best = tuple[str, Count, int | None]  # the source, its count, and where it stood PACE before


def _best(told: Mapping[str, _Told], counter: Callable[[Counters], int | None]) -> _Best | None:
    """The count of the source that counted most; of equals the one that was read later."""
    best: _Best | None = None
    for name, (readings, by_slot) in told.items():
        count = _stood(readings, by_slot, counter)
        if count and (best is None or (count[0].value, count[0].taken_at) > (best[1].value, best[1].taken_at)):
            best = name, *count
    return best


def _stood(
    readings: Sequence[Reading], by_slot: int, counter: Callable[[Counters], int | None]
) -> tuple[Count, int | None] | None:
    values = [counter(reading.counters) for reading in readings[:by_slot]]
    known = [value for value in values if value is not None]
    if not known:
        later = ((one, counter(one.counters)) for one in readings[by_slot:])
        return next((_alone(one, value) for one, value in later if value is not None), None)
    last = by_slot - 1
    while values[last] is None:
        last -= 1
    taken_at = readings[last].taken_at
    before = bisect_right(readings, taken_at - _PACE, 0, last, key=_TAKEN_AT)
    earlier = [value for value in values[:before] if value is not None]
    return Count(value=max(known), taken_at=taken_at), max(earlier, default=None)


def _alone(reading: Reading, value: int) -> tuple[Count, None]:
    return Count(value=value, taken_at=reading.taken_at), None


def _standing(best: _Best | None, published_at: datetime, slot: datetime, looks: Mapping[str, Look]) -> Standing | None:
    if best is None:
        return None
    source, count, earlier = best
    read_age = (count.taken_at - published_at) / _HOUR
    pace = (count.value - earlier) / PACE if earlier is not None else count.value / max(read_age, YOUNGEST)
    if count.taken_at > slot:
        return Standing(count.value, read_age, pace)
    return Standing(count.value, looks[source].age(count.taken_at, published_at) / _HOUR, pace)
