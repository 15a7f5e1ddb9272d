"""How an article's counter grows with its age: the default curve, and the portal's own, learned from readings. Pure.

    G0(a) = 1 - 2^(-max(a, 30 min) / half-life)                   the default: the share of its final count at age a
    G(a)  = (Σ count at a + k·m·G0(a)) / (Σ final + k·m)          by age, over the articles of the past; k = 20
    Gh(a) = (Σh count at a + k·m·G(a)) / (Σh final + k·m)         the same at the issue's hour of the day

m is their mean final count. Finals are cut at the 99th percentile, their article's counts in proportion, so that one
sensation does not draw the curve. Σh are the same articles as they stood at the hour of the day at which the issue is
made, with a third of those an hour younger and older: a night hour is worth less than a day hour. Both are made
monotone. With no history this is the default, and each article of
the past moves it a little. An article's final count is where it stood at an age of 72 hours.

Source: docs/ranking.md; shares after Szabo and Huberman, "Predicting the popularity of online content" (CACM 2010),
whose clock of activity is the third line here.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

YOUNGEST = 0.5  # hours: what is younger counts as this old
GROWN = 72.0  # hours: the age at which an article's count is final
TRAINED = 60.0  # days of the past that are learned from
DOUBT = 20  # articles that the prior curve is worth
_HOURLY = 25  # buckets of an hour, around 0, 1, … 24 hours; then of twelve hours
_BUCKETS = 29
_CUT = 0.99
_NEIGHBOURS = (1 / 3, 1.0, 1 / 3)  # of a bucket, at the hour of the issue
_DAY = 86_400
_LN2 = math.log(2)
_NOMINAL = (  # the age in hours that a bucket stands for
    YOUNGEST,
    *(float(hour) for hour in range(1, _HOURLY)),
    *(_HOURLY + 12 * turn + 5.5 for turn in range(_BUCKETS - _HOURLY)),
)


class Point(NamedTuple):
    """Where a counter stood, on average, in one bucket of ages; `age` in hours."""

    bucket: int
    age: float
    stood: float


class Grown(NamedTuple):
    """One article of the past: when it was published (seconds since 1970), its final count, and the way there."""

    published: float
    final: float
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """The share of its final count that an article has at an age; `mean` is what an article usually ends with.

    Without points it is the default curve, of that half-life (hours).
    """

    half_life: float
    points: tuple[tuple[float, float], ...] = ()
    articles: int = 0
    mean: float = 0.0

    def share(self, age: float) -> float:
        """The share at an age in hours, above 0 and up to 1."""
        if not self.points:
            return growth(age, self.half_life)
        age = max(age, YOUNGEST)
        place = bisect_right(self.points, (age, 2.0))
        if place == 0:
            return self.points[0][1]
        if place == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[place - 1 : place + 1]
        return low + (high - low) * (age - left) / (right - left)

    @property
    def doubt(self) -> float:
        """How much of the curve is the default: 1 without history, towards 0 with it."""
        return DOUBT / (self.articles + DOUBT)

    @property
    def says(self) -> str:
        """Whose curve it is, for the editor."""
        return f"portal's own curve from {self.articles} articles" if self.points else "default curve"


@dataclass(frozen=True, kw_only=True, slots=True)
class Curves:
    """The curves of both counters."""

    views: Curve
    comments: Curve


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The articles of the past that curves are learned from, by counter."""

    views: Sequence[Grown] = ()
    comments: Sequence[Grown] = ()


def growth(age: float, half_life: float) -> float:
    """The default curve; both in hours."""
    return -math.expm1(-_LN2 * (max(YOUNGEST, age)) / half_life)


def bucket_of(age: float) -> int:
    """The bucket of an age in hours, which is 0 or more and at most GROWN."""
    hour = int(age + 0.5)
    return hour if hour < _HOURLY else _HOURLY + (hour - _HOURLY) // 12


def grown(published: float, final: float, points: Iterable[Point]) -> Grown | None:
    """An article of the past, made of its points in the order of their buckets; None where it was never counted.

    The counts never fall; after the last point, when no source showed it any more, it stands at its final count.
    """
    path: list[Point] = []
    highest = 0.0
    for point in points:
        highest = max(highest, point.stood)
        path.append(point if point.stood == highest else point._replace(stood=highest))
    if not path:
        return None
    still = (Point(bucket, _NOMINAL[bucket], final) for bucket in range(path[-1].bucket + 1, _BUCKETS))
    return Grown(published, final, (*path, *still))


def averaged(readings: Iterable[tuple[float, int]]) -> Iterator[Point]:
    """Points made of single readings (age in hours, count) in the order of their ages."""
    bucket, number, ages, counts = -1, 0, 0.0, 0.0
    for age, count in readings:
        if bucket_of(age) != bucket:
            if number:
                yield Point(bucket, ages / number, counts / number)
            bucket, number, ages, counts = bucket_of(age), 0, 0.0, 0.0
        number, ages, counts = number + 1, ages + age, counts + count
    if number:
        yield Point(bucket, ages / number, counts / number)


def learned(history: History, slot: float, half_life: float) -> Curves:
    """The curves for an issue at that moment (seconds since 1970), of what is known of the past; half-life in hours."""
    views, comments = Training(slot), Training(slot)
    for training, articles in ((views, history.views), (comments, history.comments)):
        for article in articles:
            training.add(article)
    return Curves(views=views.curve(half_life), comments=comments.curve(half_life))


class Training:
    """The sums that a curve is made of; articles enter and leave, as the days pass.

    `slot` is a moment at the hour of the day at which the issues are made, in seconds since 1970.
    """

    def __init__(self, slot: float) -> None:
        self._slot = slot
        self._all = _Sums()
        self._at_hour = _Sums()
        self._finals: list[tuple[float, float, tuple[Point, ...]]] = []
        self._total = 0.0

    def add(self, article: Grown) -> None:
        """Learn from an article."""
        insort(self._finals, (article.final, article.published, article.points))
        self._count(article, 1.0)

    def remove(self, article: Grown) -> None:
        """Forget an article that was added before."""
        del self._finals[bisect_right(self._finals, (article.final, article.published, article.points)) - 1]
        self._count(article, -1.0)

    def curve(self, half_life: float) -> Curve:
        """The curve of what was learned; half-life of the default in hours."""
        number, total = len(self._finals), self._total
        if total <= 0:
            return Curve(half_life=half_life)
        cut = self._finals[math.ceil(_CUT * number) - 1][0]
        every, at_hour = self._all.copy(), self._at_hour.copy()
        for final, published, points in reversed(self._finals):
            if final <= cut or not cut:
                break
            excess = 1 - cut / final
            total -= final - cut
            every.add(points, final, -excess)
            at_hour.add(self._hourly(published, points), final, -excess)
        mean = total / number
        points_of = tuple(_points(every, at_hour, DOUBT * mean, half_life))
        return Curve(half_life=half_life, points=points_of, articles=number, mean=mean)

    def _count(self, article: Grown, sign: float) -> None:
        self._total += article.final * sign
        self._all.add(article.points, article.final, sign)
        self._at_hour.add(self._hourly(article.published, article.points), article.final, sign)

    def _hourly(self, published: float, points: Sequence[Point]) -> Sequence[Point]:
        """The point at the hour of the issue."""
        wanted = bucket_of((self._slot - published) % _DAY / 3600)
        return [point for point in points if point.bucket == wanted]


class _Sums:
    """By bucket: what was counted, the finals of the same articles, and their ages weighed by these."""

    def __init__(self) -> None:
        self.counts = [0.0] * _BUCKETS
        self.finals = [0.0] * _BUCKETS
        self.ages = [0.0] * _BUCKETS

    def add(self, points: Iterable[Point], final: float, weight: float) -> None:
        share = final * weight
        for bucket, age, count in points:
            self.counts[bucket] += count * weight
            self.finals[bucket] += share
            self.ages[bucket] += age * share

    def copy(self) -> "_Sums":
        other = _Sums()
        other.counts, other.finals, other.ages = self.counts.copy(), self.finals.copy(), self.ages.copy()
        return other


def _points(every: _Sums, at_hour: _Sums, prior: float, half_life: float) -> Iterator[tuple[float, float]]:
    """The curve at the mean age of each bucket; `prior` is what the prior curve weighs, in counts."""
    ages = [
        (total + prior * _NOMINAL[bucket]) / (finals + prior)
        for bucket, (total, finals) in enumerate(zip(every.ages, every.finals, strict=True))
    ]
    shares = _rising(
        (counts + prior * growth(age, half_life)) / (finals + prior)
        for age, counts, finals in zip(ages, every.counts, every.finals, strict=True)
    )
    hourly = (
        (_near(at_hour.counts, bucket) + prior * share) / (_near(at_hour.finals, bucket) + prior)
        for bucket, share in enumerate(shares)
    )
    return zip(_rising(ages, GROWN), _rising(hourly), strict=True)


def _near(sums: Sequence[float], bucket: int) -> float:
    """A bucket's sum with a part of its neighbours'."""
    places = range(bucket - 1, bucket + 2)
    return sum(part * sums[place] for part, place in zip(_NEIGHBOURS, places, strict=True) if 0 <= place < len(sums))


def _rising(values: Iterable[float], most: float = 1.0) -> list[float]:
    highest, risen = 0.0, []
    for value in values:
        highest = max(highest, min(value, most))
        risen.append(highest)
    return risen
