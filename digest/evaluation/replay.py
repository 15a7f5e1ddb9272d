"""Replays past days under several formulas: what each would have chosen, compared with the final counts. Pure.

The candidates of a day are the articles published in its window and read before the hour of the issue, with their
counters at that time. The true relevance is the highest count of the target ever read, which is also the gain of NDCG.
A day with fewer than `top` + 1 candidates is left out. Curves are learned for each day from articles that were 72 hours
old at its hour and published in the `train` before that, using readings taken by then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from digest.evaluation.metrics import Interval, RandomSource, intervals, mean, ndcg, precision, recall, tau_b
from digest.ranking.counters_at_slot import MISSED_AFTER, pace, typical_interval
from digest.ranking.growth import (
    FINAL_AGE,
    ArticleGrowth,
    Curves,
    CurveTraining,
    article_growth,
    average_readings,
)
from digest.ranking.scoring import PACE_HOURS, Candidate, CounterState, Formula, ScoringInput

BASELINE = "raw"
YOUNG_HOURS = 8.0  # younger articles are those that raw counts overlook
_HOUR = 3600.0


class ReplayReading(NamedTuple):
    """One reading: when it was taken (seconds since 1970), and the counters, None if unknown."""

    taken: float
    views: int | None
    comments: int | None


class CounterSeries(NamedTuple):
    """A counter over time: when it was read (seconds since 1970, rising), and its maximum so far."""

    times: Sequence[float]
    values: Sequence[int]

    @classmethod
    def from_readings(cls, readings: Iterable[tuple[float, int]]) -> "CounterSeries":
        """The series of readings in order; a counter that falls keeps its maximum."""
        pairs = list(readings)
        return cls([at for at, _ in pairs], list(accumulate((value for _, value in pairs), max)))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayArticle:
    """A past article: its key, when it was published and read (seconds since 1970), and its counters."""

    key: str
    published: float
    times: Sequence[float]
    views: CounterSeries
    comments: CounterSeries

    @classmethod
    def from_readings(cls, key: str, published: float, readings: Iterable[ReplayReading]) -> "ReplayArticle":
        """An article from its readings in any order; the highest count of several sources is used."""
        in_order = sorted(readings, key=lambda reading: reading.taken)
        views = ((reading.taken, reading.views) for reading in in_order if reading.views is not None)
        comments = ((reading.taken, reading.comments) for reading in in_order if reading.comments is not None)
        return cls(
            key=key,
            published=published,
            times=[reading.taken for reading in in_order],
            views=CounterSeries.from_readings(views),
            comments=CounterSeries.from_readings(comments),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplaySettings:
    """What to replay; `train` 0 uses the default curve alone, `half_life` is its half-life in hours."""

    formulas: Mapping[str, Formula]
    hours: Sequence[time]
    zone: ZoneInfo
    top: int
    window: timedelta
    train: timedelta
    target: Literal["views", "comments"]
    weight: float
    half_life: float


@dataclass(frozen=True, kw_only=True, slots=True)
class FormulaMetrics:
    """The means over the days of one formula at one hour, and its NDCG gain over the baseline (None: it is that)."""

    ndcg: Interval
    precision: float
    tau: float
    young_recall: float | None
    gain: Interval | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationResult:
    """Metrics by hour and formula; `days` is the number of days by hour, `civil_days` of days replayed at any hour."""

    hours: Mapping[str, Mapping[str, FormulaMetrics]]
    days: Mapping[str, int]
    civil_days: int


@dataclass(kw_only=True, slots=True)
class _DailyMetrics:
    """The metrics of one formula, day by day."""

    ndcg: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    tau: list[float] = field(default_factory=list)
    young: list[tuple[int, int]] = field(default_factory=list)

    def add(self, gains: Sequence[int], young: Sequence[bool], top: int) -> None:
        self.ndcg.append(ndcg(gains, top))
        self.precision.append(precision(gains, top))
        self.tau.append(tau_b(gains))
        self.young.append(recall(gains, young, top))


def evaluate(
    articles: Iterable[ReplayArticle],
    settings: ReplaySettings,
    random_source: Callable[[], RandomSource],
    progress: Callable[[float], None] = lambda _: None,
) -> EvaluationResult:
    """Replay every day at every hour; `random_source` makes one of a fixed seed, `progress` gets the share done."""
    dataset = _Dataset(sorted(articles, key=lambda one: (one.published, one.key)))
    days: dict[str, int] = {}
    hours: dict[str, Mapping[str, FormulaMetrics]] = {}
    replayed: set[int] = set()
    for turn, hour in enumerate(settings.hours):
        metrics: dict[str, _DailyMetrics] = {name: _DailyMetrics() for name in settings.formulas}
        slots = list(_slots(dataset.articles, hour, settings))
        curves = _RollingCurves(dataset, slots[0], settings) if slots else None
        number = 0
        for place, slot in enumerate(slots):
            progress((turn + place / len(slots)) / len(settings.hours))
            if curves and _replay_day(dataset, slot, curves, settings, metrics):
                number += 1
                replayed.add(place)
        name = f"{hour:%H:%M}"
        days[name] = number
        if number:
            hours[name] = _summary(metrics, random_source())
    return EvaluationResult(hours=hours, days=days, civil_days=len(replayed))


class _Dataset:
    """All articles in order of publication, and the growth of each, which is computed once."""

    def __init__(self, articles: Sequence[ReplayArticle]) -> None:
        self.articles = articles
        self.published = [one.published for one in articles]
        self.views = [_growth(one.published, one.views) for one in articles]
        self.comments = [_growth(one.published, one.comments) for one in articles]


class _RollingCurves:
    """The curves of one hour from day to day: articles enter once their count is final and leave after `train`."""

    def __init__(self, dataset: _Dataset, slot: float, settings: ReplaySettings) -> None:
        self._dataset, self._settings = dataset, settings
        self._views, self._comments = CurveTraining(slot), CurveTraining(slot)
        self._from = self._to = 0

    def at(self, slot: float) -> Curves:
        """The curves at a slot, which must not be before the previous one."""
        newest = slot - FINAL_AGE * _HOUR
        oldest = newest - self._settings.train.total_seconds()
        first = bisect_left(self._dataset.published, oldest)
        last = bisect_right(self._dataset.published, newest) if self._settings.train else first
        for training, growths in ((self._views, self._dataset.views), (self._comments, self._dataset.comments)):
            for growth in growths[max(self._to, first) : last]:
                if growth:
                    training.add(growth)
            for growth in growths[self._from : min(first, self._to)]:
                if growth:
                    training.remove(growth)
        self._from, self._to = first, max(self._to, last)
        half_life = self._settings.half_life
        return Curves(views=self._views.curve(half_life), comments=self._comments.curve(half_life))


def _growth(published: float, series: CounterSeries) -> ArticleGrowth | None:
    number = bisect_right(series.times, published + FINAL_AGE * _HOUR)
    if not number:
        return None
    ages = (max(at - published, 0.0) / _HOUR for at in series.times[:number])
    points = average_readings(zip(ages, series.values[:number], strict=True))
    return article_growth(published, series.values[number - 1], points)


def _slots(articles: Sequence[ReplayArticle], hour: time, settings: ReplaySettings) -> Iterator[float]:
    """The slot of every day from the first publication to the last window that contains one."""
    if not articles:
        return
    day = datetime.fromtimestamp(articles[0].published, settings.zone).date()
    last = datetime.fromtimestamp(articles[-1].published, settings.zone) + settings.window
    while day <= last.date():
        yield datetime.combine(day, hour, settings.zone).timestamp()
        day += timedelta(days=1)


def _replay_day(
    dataset: _Dataset,
    slot: float,
    curves: _RollingCurves,
    settings: ReplaySettings,
    metrics: Mapping[str, _DailyMetrics],
) -> bool:
    """Replay one day under every formula; false if it has too few candidates."""
    first = bisect_left(dataset.published, slot - settings.window.total_seconds())
    last = bisect_left(dataset.published, slot)
    articles = [one for one in dataset.articles[first:last] if one.times[0] < slot]
    if len(articles) <= settings.top:
        return False
    candidates = _candidates(articles, slot)
    data = ScoringInput(candidates=candidates, weight=settings.weight, curves=curves.at(slot))
    targets: list[CounterSeries] = [getattr(one, settings.target) for one in articles]
    finals = [series.values[-1] if series.values else 0 for series in targets]
    young = [one.age < YOUNG_HOURS for one in candidates]
    for name, formula in settings.formulas.items():
        scores = formula(data).values
        order = sorted(range(len(articles)), key=lambda at: (-scores[at], -articles[at].published, articles[at].key))
        metrics[name].add([finals[at] for at in order], [young[at] for at in order], settings.top)
    return True


def _candidates(articles: Sequence[ReplayArticle], slot: float) -> list[Candidate]:
    read = [
        (one.times[0], one.times[number - 1], number) for one in articles if (number := bisect_left(one.times, slot))
    ]
    interval = typical_interval([(last - first) / _HOUR / (number - 1) for first, last, number in read if number > 1])
    missed_before = min(max(last for _, last, _ in read), slot - MISSED_AFTER * interval * _HOUR)
    return [
        Candidate(
            (slot - one.published) / _HOUR,
            _counter_state(one.views, one.published, slot, missed_before),
            _counter_state(one.comments, one.published, slot, missed_before),
        )
        for one in articles
    ]


def _counter_state(series: CounterSeries, published: float, slot: float, missed_before: float) -> CounterState | None:
    place = bisect_left(series.times, slot) - 1
    if place < 0:
        return None
    read_at, value = series.times[place], series.values[place]
    earlier = bisect_right(series.times, read_at - PACE_HOURS * _HOUR, 0, place) - 1
    gain = pace(value, series.values[earlier] if earlier >= 0 else None, (read_at - published) / _HOUR)
    at = slot if read_at < missed_before else read_at
    return CounterState(value, (at - published) / _HOUR, gain)


def _summary(metrics: Mapping[str, _DailyMetrics], random_source: RandomSource) -> dict[str, FormulaMetrics]:
    baseline = metrics[BASELINE].ndcg
    gains = {
        f"gain {name}": [one - raw for one, raw in zip(daily.ndcg, baseline, strict=True)]
        for name, daily in metrics.items()
    }
    found = intervals({**{name: daily.ndcg for name, daily in metrics.items()}, **gains}, random_source)
    return {
        name: FormulaMetrics(
            ndcg=found[name],
            precision=mean(daily.precision),
            tau=mean(daily.tau),
            young_recall=_total_recall(daily.young),
            gain=None if name == BASELINE else found[f"gain {name}"],
        )
        for name, daily in metrics.items()
    }


def _total_recall(days: Sequence[tuple[int, int]]) -> float | None:
    relevant = sum(number for _, number in days)
    return sum(found for found, _ in days) / relevant if relevant else None
