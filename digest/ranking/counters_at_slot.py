"""Determines each article's counters at the slot, and the age that they belong to. Pure.

Readings taken by the slot count; if a source has none, its earliest later reading counts, at the age of that reading. A
counter that fell (a cache, a purge) keeps its maximum. The source with the highest count is used.

A source that lists only some articles (a front page, the last twenty) stops counting the others, and their last reading
no longer grows. A count belongs to the age at which it was read as long as the source is due to list the article again.
Once the article was missed, it belongs to the age at the slot: the source was visited again without listing it, and
more than 1.25 times the typical interval between two readings of an article has passed.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median
from typing import NamedTuple, cast

from digest.model.articles import Article, Count, Counters, Reading
from digest.ranking.growth import MINIMUM_AGE
from digest.ranking.scoring import PACE_HOURS, PACE_SPAN, Candidate, CounterState

MISSED_AFTER = 1.25  # typical intervals
DEFAULT_INTERVAL = 1.0  # hours: the typical interval if no article was read twice
_HOUR = timedelta(hours=1)
_TAKEN_AT = attrgetter("taken_at")


class CountedArticle(NamedTuple):
    """An article with its counters, the source of each, and their values PACE_HOURS earlier."""

    article: Article
    views: Count | None
    comments: Count | None
    earlier_views: int | None
    earlier_comments: int | None
    views_source: str
    comments_source: str

    @property
    def source(self) -> str:
        """The source of the views, or of the comments if views are unknown."""
        return self.views_source if self.views else self.comments_source


class VisitHistory:
    """When each source was last visited by the slot, and the typical interval between two readings of an article."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._intervals: dict[str, list[float]] = defaultdict(list)

    def add(self, source: str, first: datetime, last: datetime, number: int) -> None:
        """Record the readings of one article by the slot: the first and the last time, and their number."""
        if source not in self._last or last > self._last[source]:
            self._last[source] = last
        if number > 1:
            self._intervals[source].append((last - first) / _HOUR / (number - 1))

    def missed_before(self, slot: datetime) -> dict[str, datetime]:
        """By source, the moment before which the last reading of an article means that the article was missed."""
        return {
            source: min(last, slot - timedelta(hours=MISSED_AFTER * typical_interval(self._intervals[source])))
            for source, last in self._last.items()
        }


def typical_interval(intervals: Sequence[float]) -> float:
    """The typical hours between two readings of an article, from the mean intervals of several articles."""
    return median(intervals) if intervals else DEFAULT_INTERVAL


def count_all(articles: Iterable[Article], slot: datetime) -> tuple[list[CountedArticle], list[Candidate]]:
    """Each article with its counters, and as a candidate of the issue at that slot, in the given order."""
    visits = VisitHistory()
    counted = [_counted_article(article, slot, visits) for article in articles]
    missed_before = visits.missed_before(slot)
    return counted, [_candidate(one, slot, missed_before) for one in counted]


def pace(value: int, earlier: int | None, age: float) -> float:
    """What a counter gains per hour: recently if the earlier value is known, else over the article's lifetime."""
    return value / max(age, MINIMUM_AGE) if earlier is None else (value - earlier) / PACE_HOURS


def count_at_slot(
    readings: Sequence[Reading], slot: datetime, counter: Callable[[Counters], int | None]
) -> Count | None:
    """One counter's value by the slot and the time of that reading, of the source with the highest count."""
    highest: _CountAndEarlier | None = None
    for _source, own, times in _by_source(readings):
        found = _count_and_earlier(times, [counter(reading.counters) for reading in own], bisect_right(times, slot))
        if found and _is_higher(found, highest):
            highest = found
    return highest[0] if highest else None


_CountAndEarlier = tuple[Count, int | None]  # a counter, and its value PACE_HOURS earlier


def _counted_article(article: Article, slot: datetime, visits: VisitHistory) -> CountedArticle:
    views: _CountAndEarlier | None = None
    comments: _CountAndEarlier | None = None
    views_source = comments_source = ""
    for source, readings, times in _by_source(article.readings):
        by_slot = bisect_right(times, slot)
        if by_slot:
            visits.add(source, times[0], times[by_slot - 1], by_slot)
        counters = [reading.counters for reading in readings]
        own_views = _count_and_earlier(times, [one.views for one in counters], by_slot)
        own_comments = _count_and_earlier(times, [one.comments for one in counters], by_slot)
        if own_views and _is_higher(own_views, views):
            views, views_source = own_views, source
        if own_comments and _is_higher(own_comments, comments):
            comments, comments_source = own_comments, source
    (viewed, earlier_views), (commented, earlier_comments) = views or (None, None), comments or (None, None)
    return CountedArticle(article, viewed, commented, earlier_views, earlier_comments, views_source, comments_source)


def _by_source(readings: Sequence[Reading]) -> Iterable[tuple[str, Sequence[Reading], list[datetime]]]:
    """Each source with its readings in order of time, and their times."""
    times = [reading.taken_at for reading in readings]
    if len({reading.source for reading in readings}) == 1 and times == sorted(times):
        return ((readings[0].source, readings, times),)
    split: Mapping[str, list[Reading]] = defaultdict(list)
    for reading in sorted(readings, key=_TAKEN_AT):
        split[reading.source].append(reading)
    return ((name, own, [reading.taken_at for reading in own]) for name, own in sorted(split.items()))


def _count_and_earlier(
    times: Sequence[datetime], values: Sequence[int | None], by_slot: int
) -> _CountAndEarlier | None:
    known = cast("Sequence[int]", values)
    if None in values:
        places = [place for place, value in enumerate(values) if value is not None]
        times, known = [times[place] for place in places], [known[place] for place in places]
        by_slot = bisect_left(places, by_slot)
    if by_slot:
        taken_at = times[by_slot - 1]
        before = bisect_right(times, taken_at - PACE_SPAN, 0, by_slot)
        return Count(value=max(known[:by_slot]), taken_at=taken_at), max(known[:before]) if before else None
    return (Count(value=known[0], taken_at=times[0]), None) if known else None


def _is_higher(one: _CountAndEarlier, other: _CountAndEarlier | None) -> bool:
    """Whether the count is higher; of equal counts the later reading wins."""
    return other is None or (one[0].value, one[0].taken_at) > (other[0].value, other[0].taken_at)


def _candidate(one: CountedArticle, slot: datetime, missed_before: Mapping[str, datetime]) -> Candidate:
    age = (slot - one.article.published_at) / _HOUR
    views = comments = None
    if one.views:
        views = _counter_state(one.views, one.earlier_views, slot, age, missed_before.get(one.views_source, slot))
    if one.comments:
        missed = missed_before.get(one.comments_source, slot)
        comments = _counter_state(one.comments, one.earlier_comments, slot, age, missed)
    return Candidate(age, views, comments)


def _counter_state(
    count: Count, earlier: int | None, slot: datetime, age: float, missed_before: datetime
) -> CounterState:
    """A counter at the age of its reading, or at the age at the slot if the article was missed since."""
    read_age = age - (slot - count.taken_at) / _HOUR
    gain = pace(count.value, earlier, read_age)
    return CounterState(count.value, age if count.taken_at < missed_before else read_age, gain)
