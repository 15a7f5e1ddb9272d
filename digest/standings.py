"""Reads of an article's readings where its counters stand, and at which age. Pure.

Readings taken by the slot decide; where a source has none, its earliest later one counts, at the age it had when it was
read. A counter that fell (a cache, a purge) keeps its maximum, and the source that counted most is believed.

A source that shows only some articles (a front page, the last twenty) stops counting the others, and what it read of
them long ago says two things: so many, and not more since. So a count belongs to the age at which it was read while the
source is due to show the article again, and to the age at the slot once the article has been missed: when the source
looked again without it, and more than 1 1/4 of the usual time between two readings of an article has passed.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median
from typing import NamedTuple, cast

from digest.candidates import PACE, Candidate, Standing
from digest.curves import YOUNGEST
from digest.model import Article, Count, Reading

MISSED = 1.25  # usual gaps
UNREAD_GAP = 1.0  # hours: the usual gap where nothing was read twice
_HOUR = timedelta(hours=1)
_PACE = timedelta(hours=PACE)
_TAKEN_AT = attrgetter("taken_at")


class Counter(NamedTuple):
    """Where a counter stands, by the source that counted most, and where it stood PACE hours earlier."""

    stood: Count
    earlier: int | None
    source: str


class Counted(NamedTuple):
    """An article with its counters."""

    article: Article
    views: Counter | None
    comments: Counter | None

    @property
    def source(self) -> str:
        """The source that is believed, of the first counter that is known."""
        counter = self.views or self.comments
        return counter.source if counter else ""


class Looks:
    """When each source looked last, by the slot, and what usually passes between two readings of an article."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._gaps: dict[str, list[float]] = defaultdict(list)
        self._usual: dict[str, float] = {}

    def add(self, source: str, first: datetime, latest: datetime, times: int) -> None:
        """Note when one article was read: the first and the latest time, by the slot, and how many times."""
        if source not in self._last or latest > self._last[source]:
            self._last[source] = latest
        if times > 1:
            self._gaps[source].append((latest - first) / _HOUR / (times - 1))

    def missed(self, source: str, read_at: datetime, slot: datetime) -> bool:
        """Whether the source looked again since, and should have shown the article once more by the slot."""
        if self._last.get(source, read_at) <= read_at:
            return False
        if source not in self._usual:
            self._usual[source] = usual_gap(self._gaps[source])
        return missed((slot - read_at) / _HOUR, self._usual[source])


def usual_gap(gaps: Sequence[float]) -> float:
    """The hours that usually pass between two readings of an article, of the mean gaps of several articles."""
    return median(gaps) if gaps else UNREAD_GAP


def missed(waited: float, gap: float) -> bool:
    """Whether an article should have been read again, so many hours after the last time."""
    return waited > MISSED * gap


def counted_all(articles: Iterable[Article], slot: datetime) -> tuple[list[Counted], list[Candidate]]:
    """Each article with its counters, and as a candidate of the issue at that slot, in the order given."""
    looks = Looks()
    counted = [_counted(article, slot, looks) for article in articles]
    return counted, [_candidate(one, slot, looks) for one in counted]


def pace(value: int, earlier: int | None, age: float) -> float:
    """What a counter gains in an hour: of late where that is known, else in the article's life."""
    return value / max(age, YOUNGEST) if earlier is None else (value - earlier) / PACE


def _counted(article: Article, slot: datetime, looks: Looks) -> Counted:
    views: Counter | None = None
    comments: Counter | None = None
    for source, readings in _by_source(article.readings):
        times = [reading.taken_at for reading in readings]
        by_slot = bisect_right(times, slot)
        if by_slot:
            looks.add(source, times[0], times[by_slot - 1], by_slot)
        counters = [reading.counters for reading in readings]
        views = _larger(views, _counter(source, times, [one.views for one in counters], by_slot))
        comments = _larger(comments, _counter(source, times, [one.comments for one in counters], by_slot))
    return Counted(article, views, comments)


def _by_source(readings: Sequence[Reading]) -> Iterable[tuple[str, Sequence[Reading]]]:
    in_order = sorted(readings, key=_TAKEN_AT)
    if len({reading.source for reading in in_order}) == 1:
        return ((in_order[0].source, in_order),)
    split: Mapping[str, list[Reading]] = defaultdict(list)
    for reading in in_order:
        split[reading.source].append(reading)
    return sorted(split.items())


def _counter(source: str, times: Sequence[datetime], values: Sequence[int | None], by_slot: int) -> Counter | None:
    known = cast("Sequence[int]", values)
    if None in values:
        told = [place for place, value in enumerate(values) if value is not None]
        times, known = [times[place] for place in told], [known[place] for place in told]
        by_slot = bisect_left(told, by_slot)
    if by_slot:
        taken_at = times[by_slot - 1]
        before = bisect_right(times, taken_at - _PACE, 0, by_slot)
        earlier = max(known[:before]) if before else None
        return Counter(Count(value=max(known[:by_slot]), taken_at=taken_at), earlier, source)
    return Counter(Count(value=known[0], taken_at=times[0]), None, source) if known else None


def _larger(one: Counter | None, other: Counter | None) -> Counter | None:
    """The one that counted more; of equals the one that was read later."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda counter: (counter.stood.value, counter.stood.taken_at))


def _candidate(one: Counted, slot: datetime, looks: Looks) -> Candidate:
    published_at = one.article.published_at
    return Candidate(
        (slot - published_at) / _HOUR,
        _standing(one.views, published_at, slot, looks),
        _standing(one.comments, published_at, slot, looks),
    )


def _standing(counter: Counter | None, published_at: datetime, slot: datetime, looks: Looks) -> Standing | None:
    if counter is None:
        return None
    value, read_at = counter.stood.value, counter.stood.taken_at
    age = (read_at - published_at) / _HOUR
    gained = pace(value, counter.earlier, age)
    if looks.missed(counter.source, read_at, slot):
        age = (slot - published_at) / _HOUR
    return Standing(value, age, gained)
