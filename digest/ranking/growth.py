"""Growth curves of counters by age: the default curve, and the portal's own, learned from readings. Pure.

    G0(a) = 1 - 2^(-max(a, 30 min) / half-life)                   the default: the share of the final count at age a
    G(a)  = (Σ count at a + k·m·G0(a)) / (Σ final + k·m)          by age, over past articles; k = 20
    Gh(a) = (Σh count at a + k·m·G(a)) / (Σh final + k·m)         the same at the hour of the issue

m is the mean final count. Final counts are capped at the 99th percentile, and the counts of that article in
proportion, so that a single outlier does not shape the curve. Σh sums the same articles at the hour of day of the
issue, plus a third of the sums one hour younger and older: an hour at night is worth less than an hour by day. Both
curves are made monotone. Without history the curve is the default, and each past article moves it a little. The final
count of an article is its count at an age of 72 hours.

Source: docs/ranking.md; shares after Szabo and Huberman, "Predicting the popularity of online content" (CACM 2010),
whose activity time is the third line here.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.model.quantities import counted

MINIMUM_AGE = 0.5  # hours: younger articles count as this old
FINAL_AGE = 72.0  # hours: the age at which a count is final
PRIOR_ARTICLES = 20  # the weight of the prior curve
_HOURLY = 25  # buckets of one hour around 0, 1, … 24 hours; then of twelve hours
_BUCKETS = 29
_CAP_PERCENTILE = 0.99
_SMOOTHING = (1 / 3, 1.0, 1 / 3)  # weights of the previous, the same and the next bucket
_DAY = 86_400
_LN2 = math.log(2)
_NOMINAL = (  # the age in hours that a bucket stands for
    MINIMUM_AGE,
    *(float(hour) for hour in range(1, _HOURLY)),
    *(_HOURLY + 12 * turn + 5.5 for turn in range(_BUCKETS - _HOURLY)),
)


class Point(NamedTuple):
    """The mean of a counter in one bucket of ages; `age` in hours."""

    bucket: int
    age: float
    value: float


class ArticleGrowth(NamedTuple):
    """The growth of a past article: when it was published (seconds since 1970), its final count, its points."""

    published: float
    final: float
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """The share of the final count by age; `mean` is the mean final count.

    Without points it is the default curve with that half-life (hours).
    """

    half_life: float
    points: tuple[tuple[float, float], ...] = ()
    articles: int = 0
    mean: float = 0.0

    def share(self, age: float) -> float:
        """The share at an age in hours, above 0 and up to 1."""
        if not self.points:
            return default_share(age, self.half_life)
        age = max(age, MINIMUM_AGE)
        place = bisect_right(self.points, (age, 2.0), 1)  # the first point is at the minimum age
        if place == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[place - 1 : place + 1]
        return low + (high - low) * (age - left) / (right - left)

    @property
    def prior_share(self) -> float:
        """How much of the curve comes from the default: 1 without history, towards 0 with it."""
        return PRIOR_ARTICLES / (self.articles + PRIOR_ARTICLES)

    @property
    def description(self) -> str:
        """Where the curve comes from, for the editor."""
        return f"portal's own curve from {counted(self.articles, 'article')}" if self.points else "default curve"


@dataclass(frozen=True, kw_only=True, slots=True)
class Curves:
    """The curves of both counters."""

    views: Curve
    comments: Curve


@dataclass(frozen=True, kw_only=True, slots=True)
class GrowthHistory:
    """The growth of the past articles that curves are learned from, by counter."""

    views: Sequence[ArticleGrowth] = ()
    comments: Sequence[ArticleGrowth] = ()


def default_share(age: float, half_life: float) -> float:
    """The default curve; both in hours."""
    return -math.expm1(-_LN2 * (max(MINIMUM_AGE, age)) / half_life)


def bucket_of(age: float) -> int:
    """The bucket of an age in hours, which is 0 or more and at most FINAL_AGE."""
    hour = int(age + 0.5)
    return hour if hour < _HOURLY else _HOURLY + (hour - _HOURLY) // 12


def article_growth(published: float, final: float, points: Iterable[Point]) -> ArticleGrowth | None:
    """The growth of an article from its points in order of buckets; None without points.

    Counts never fall; after the last point, when no source listed the article any more, it keeps its final count.
    """
    rising: list[Point] = []
    highest = 0.0
    for point in points:
        highest = max(highest, point.value)
        rising.append(point if point.value == highest else point._replace(value=highest))
    if not rising:
        return None
    later = (Point(bucket, _NOMINAL[bucket], final) for bucket in range(rising[-1].bucket + 1, _BUCKETS))
    return ArticleGrowth(published, final, (*rising, *later))


def average_readings(readings: Iterable[tuple[float, int]]) -> Iterator[Point]:
    """Points from single readings (age in hours, count) in order of age."""
    bucket, number, ages, counts = -1, 0, 0.0, 0.0
    for age, count in readings:
        if bucket_of(age) != bucket:
            if number:
                yield Point(bucket, ages / number, counts / number)
            bucket, number, ages, counts = bucket_of(age), 0, 0.0, 0.0
        number, ages, counts = number + 1, ages + age, counts + count
    if number:
        yield Point(bucket, ages / number, counts / number)


def learn_curves(history: GrowthHistory, slot: float, half_life: float) -> Curves:
    """The curves for an issue at that moment (seconds since 1970), learned from the past; half-life in hours."""
    views, comments = CurveTraining(slot), CurveTraining(slot)
    for training, articles in ((views, history.views), (comments, history.comments)):
        for article in articles:
            training.add(article)
    return Curves(views=views.curve(half_life), comments=comments.curve(half_life))


class CurveTraining:
    """The sums that a curve is computed from; articles can be added and removed.

    `slot` is any moment at the hour of day of the issues, in seconds since 1970.
    """

    def __init__(self, slot: float) -> None:
        self._slot = slot
        self._all = _Sums()
        self._at_hour = _Sums()
        self._finals: list[tuple[float, float, tuple[Point, ...]]] = []
        self._total = 0.0

    def add(self, article: ArticleGrowth) -> None:
        """Add an article."""
        insort(self._finals, (article.final, article.published, article.points))
        self._add_weighted(article, 1.0)

    def remove(self, article: ArticleGrowth) -> None:
        """Remove an article that was added before."""
        del self._finals[bisect_right(self._finals, (article.final, article.published, article.points)) - 1]
        self._add_weighted(article, -1.0)

    def curve(self, half_life: float) -> Curve:
        """The curve of the added articles; `half_life` of the default curve in hours."""
        number, total = len(self._finals), self._total
        if total <= 0:
            return Curve(half_life=half_life)
        cap = self._finals[math.ceil(_CAP_PERCENTILE * number) - 1][0]
        every, at_hour = self._all.copy(), self._at_hour.copy()
        for final, published, own in reversed(self._finals):
            if final <= cap or not cap:
                break
            excess = 1 - cap / final
            total -= final - cap
            every.add(own, final, -excess)
            at_hour.add(self._hourly(published, own), final, -excess)
        mean = total / number
        points = tuple(_points(every, at_hour, PRIOR_ARTICLES * mean, half_life))
        return Curve(half_life=half_life, points=points, articles=number, mean=mean)

    def _add_weighted(self, article: ArticleGrowth, sign: float) -> None:
        self._total += article.final * sign
        self._all.add(article.points, article.final, sign)
        self._at_hour.add(self._hourly(article.published, article.points), article.final, sign)

    def _hourly(self, published: float, points: Sequence[Point]) -> Sequence[Point]:
        """The points in the bucket of the hour of the issue."""
        wanted = bucket_of((self._slot - published) % _DAY / 3600)
        return [point for point in points if point.bucket == wanted]


class _Sums:
    """Sums by bucket: the counts, the final counts of the same articles, and the ages weighted by these."""

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
    """The curve at the mean age of each bucket; `prior` is the weight of the prior curve, in counts."""
    ages = [
        (total + prior * _NOMINAL[bucket]) / (finals + prior)
        for bucket, (total, finals) in enumerate(zip(every.ages, every.finals, strict=True))
    ]
    shares = _monotone(
        (counts + prior * default_share(age, half_life)) / (finals + prior)
        for age, counts, finals in zip(ages, every.counts, every.finals, strict=True)
    )
    hourly = (
        (_smoothed(at_hour.counts, bucket) + prior * share) / (_smoothed(at_hour.finals, bucket) + prior)
        for bucket, share in enumerate(shares)
    )
    return zip(_monotone(ages, FINAL_AGE), _monotone(hourly), strict=True)


def _smoothed(sums: Sequence[float], bucket: int) -> float:
    """The sum of a bucket plus a part of its neighbours' sums."""
    places = range(bucket - 1, bucket + 2)
    return sum(part * sums[place] for part, place in zip(_SMOOTHING, places, strict=True) if 0 <= place < len(sums))


def _monotone(values: Iterable[float], limit: float = 1.0) -> list[float]:
    highest, monotone = 0.0, []
    for value in values:
        highest = max(highest, min(value, limit))
        monotone.append(highest)
    return monotone
