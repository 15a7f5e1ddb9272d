"""Metrics of a ranking against the final counts. Pure.

NDCG after Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (TOIS 2002), with the count as
the gain; tau-b after Kendall, "The treatment of ties in ranking problems" (Biometrika 1945); the interval is Efron's
percentile bootstrap (Annals of Statistics 1979).
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

_RESAMPLES = 1000
_LOW, _HIGH = 0.025, 0.975


class RandomSource(Protocol):
    """The source of the resamples, such as `random.Random(seed)`."""

    def choices(self, population: Sequence[int], *, k: int) -> list[int]:
        """`k` of the population, with replacement."""
        ...


class Interval(NamedTuple):
    """A mean and its 95 % interval, None for a single day."""

    mean: float
    low: float | None
    high: float | None


def ndcg(gains: Sequence[int], top: int) -> float:
    """Normalised discounted cumulative gain of the first `top` of an order, 0 to 1; 1 if all gains are 0."""
    best = _dcg(sorted(gains, reverse=True)[:top])
    return _dcg(gains[:top]) / best if best else 1.0


def precision(gains: Sequence[int], top: int) -> float:
    """The share of the first `top` of an order that is relevant, that is as high as the `top`-th best gain."""
    least = sorted(gains, reverse=True)[:top][-1]
    return sum(1 for gain in gains[:top] if gain >= least) / min(top, len(gains))


def recall(gains: Sequence[int], marked: Sequence[bool], top: int) -> tuple[int, int]:
    """How many of the marked relevant articles are among the first `top`, and how many there are."""
    least = sorted(gains, reverse=True)[:top][-1]
    relevant = [place for place, gain in enumerate(gains) if gain >= least and marked[place]]
    return sum(1 for place in relevant if place < top), len(relevant)


def tau_b(gains: Sequence[int]) -> float:
    """Kendall's tau-b of an order, best first, against its gains; 0 if all gains are equal."""
    seen: list[int] = []
    balance = tied = 0
    for gain in gains:
        less, upto = bisect_left(seen, gain), bisect_right(seen, gain)
        balance += (len(seen) - upto) - less
        tied += upto - less
        insort(seen, gain)
    pairs = len(gains) * (len(gains) - 1) // 2
    return balance / math.sqrt(pairs * (pairs - tied)) if pairs > tied else 0.0


def intervals(series: Mapping[str, Sequence[float]], random_source: RandomSource) -> dict[str, Interval]:
    """The mean and the interval of each series of days, using the same resamples of days for all of them."""
    days = len(next(iter(series.values()), ()))
    resamples = [random_source.choices(range(days), k=days) for _turn in range(_RESAMPLES)]
    return {name: _interval(values, resamples) for name, values in series.items()}


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return math.fsum(values) / len(values)


def _interval(values: Sequence[float], resamples: Sequence[Sequence[int]]) -> Interval:
    if len(values) < 2:
        return Interval(mean(values), None, None)
    means = sorted(sum(map(values.__getitem__, resample)) / len(resample) for resample in resamples)
    low, high = (means[round(part * (len(means) - 1))] for part in (_LOW, _HIGH))
    return Interval(mean(values), low, high)


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
