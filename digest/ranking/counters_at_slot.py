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
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median
from typing import NamedTuple, cast

from digest.model.articles import Article, Count, Counters, Reading
from digest.ranking.growth import YOUNGEST
from digest.ranking.scoring import PACE, Candidate, CounterState

MISSED = 1.25  # usual gaps
UNREAD_GAP = 1.0  # hours: the usual gap where nothing was read twice
_HOUR = timedelta(hours=1)
_PACE = timedelta(hours=PACE)
_TAKEN_AT = attrgetter("taken_at")


class Counted(NamedTuple):
    """An article with its counters, the sources that are believed, and where each stood PACE hours earlier."""

    article: Article
    views: Count | None
    comments: Count | None
    views_before: int | None
    comments_before: int | None
    views_source: str
    comments_source: str

    @property
    def source(self) -> str:
        """The source that is believed, of the first counter that is known."""
        return self.views_source if self.views else self.comments_source


class VisitHistory:
    """When each source looked last, by the slot, and what usually passes between two readings of an article."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._gaps: dict[str, list[float]] = defaultdict(list)

    def add(self, source: str, first: datetime, latest: datetime, times: int) -> None:
        """Note when one article was read: the first and the latest time, by the slot, and how many times."""
        if source not in self._last or latest > self._last[source]:
            self._last[source] = latest
        if times > 1:
            self._gaps[source].append((latest - first) / _HOUR / (times - 1))

    def due(self, slot: datetime) -> dict[str, datetime]:
        """By source: an article that was read last before that moment has been missed by the slot."""
        return {
            source: min(last, slot - timedelta(hours=MISSED * usual_gap(self._gaps[source])))
            for source, last in self._last.items()
        }


def usual_gap(gaps: Sequence[float]) -> float:
    """The hours that usually pass between two readings of an article, of the mean gaps of several articles."""
    return median(gaps) if gaps else UNREAD_GAP


def counted_all(articles: Iterable[Article], slot: datetime) -> tuple[list[Counted], list[Candidate]]:
    """Each article with its counters, and as a candidate of the issue at that slot, in the order given."""
    looks = VisitHistory()
    counted = [_counted(article, slot, looks) for article in articles]
    due = looks.due(slot)
    return counted, [_candidate(one, slot, due) for one in counted]


def pace(value: int, earlier: int | None, age: float) -> float:
    """What a counter gains in an hour: of late where that is known, else in the article's life."""
    return value / max(age, YOUNGEST) if earlier is None else (value - earlier) / PACE


def counted(readings: Sequence[Reading], slot: datetime, counter: Callable[[Counters], int | None]) -> Count | None:
    """What one counter stood at by the slot, and when it was read: the value of the source that counted most."""
    most: _Stood | None = None
    for _source, own, times in _by_source(readings):
        stood = _stood(times, [counter(reading.counters) for reading in own], bisect_right(times, slot))
        if stood and _is_more(stood, most):
            most = stood
    return most[0] if most else None


_Stood = tuple[Count, int | None]  # a counter, and where it stood PACE hours earlier


def _counted(article: Article, slot: datetime, looks: VisitHistory) -> Counted:
    views: _Stood | None = None
    comments: _Stood | None = None
    views_source = comments_source = ""
    for source, readings, times in _by_source(article.readings):
        by_slot = bisect_right(times, slot)
        if by_slot:
            looks.add(source, times[0], times[by_slot - 1], by_slot)
        counters = [reading.counters for reading in readings]
        viewed = _stood(times, [one.views for one in counters], by_slot)
        said = _stood(times, [one.comments for one in counters], by_slot)
        if viewed and _is_more(viewed, views):
            views, views_source = viewed, source
        if said and _is_more(said, comments):
            comments, comments_source = said, source
    return Counted(article, *_paired(views, comments), views_source, comments_source)


def _paired(views: _Stood | None, comments: _Stood | None) -> tuple[Count | None, Count | None, int | None, int | None]:
    (viewed, viewed_before), (said, said_before) = views or (None, None), comments or (None, None)
    return viewed, said, viewed_before, said_before


def _by_source(readings: Sequence[Reading]) -> Iterable[tuple[str, Sequence[Reading], list[datetime]]]:
    """Each source with its readings in order and the times of these."""
    times = [reading.taken_at for reading in readings]
    if len({reading.source for reading in readings}) == 1 and times == sorted(times):
        return ((readings[0].source, readings, times),)
    split: Mapping[str, list[Reading]] = defaultdict(list)
    for reading in sorted(readings, key=_TAKEN_AT):
        split[reading.source].append(reading)
    return ((name, own, [reading.taken_at for reading in own]) for name, own in sorted(split.items()))


def _stood(times: Sequence[datetime], values: Sequence[int | None], by_slot: int) -> _Stood | None:
    known = cast("Sequence[int]", values)
    if None in values:
        told = [place for place, value in enumerate(values) if value is not None]
        times, known = [times[place] for place in told], [known[place] for place in told]
        by_slot = bisect_left(told, by_slot)
    if by_slot:
        taken_at = times[by_slot - 1]
        before = bisect_right(times, taken_at - _PACE, 0, by_slot)
        return Count(value=max(known[:by_slot]), taken_at=taken_at), max(known[:before]) if before else None
    return (Count(value=known[0], taken_at=times[0]), None) if known else None


def _is_more(one: _Stood, other: _Stood | None) -> bool:
    """Whether it counted more; of equals, whether it was read later."""
    return other is None or (one[0].value, one[0].taken_at) > (other[0].value, other[0].taken_at)


def _candidate(one: Counted, slot: datetime, due: Mapping[str, datetime]) -> Candidate:
    age = (slot - one.article.published_at) / _HOUR
    views = comments = None
    if one.views:
        views = _standing(one.views, one.views_before, slot, age, due.get(one.views_source, slot))
    if one.comments:
        comments = _standing(one.comments, one.comments_before, slot, age, due.get(one.comments_source, slot))
    return Candidate(age, views, comments)


def _standing(count: Count, before: int | None, slot: datetime, age: float, due: datetime) -> CounterState:
    """A counter at the age at which it was read, or at the age at the slot where it was missed since."""
    read_age = age - (slot - count.taken_at) / _HOUR
    gained = pace(count.value, before, read_age)
    return CounterState(count.value, age if count.taken_at < due else read_age, gained)
