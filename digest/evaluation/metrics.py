"""How good an order is, against what the articles came to. Pure.

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


class Chance(Protocol):
    """Where the resamples come from; `random.Random(seed)` is one."""

    def choices(self, population: Sequence[int], *, k: int) -> list[int]:
        """`k` of the population, with replacement."""
        ...


class Interval(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float


def ndcg(gains: Sequence[int], top: int) -> float:
    """Discounted gain of the first `top` of an order against the best one, 0 to 1; 1 where there is no gain at all."""
    best = _dcg(sorted(gains, reverse=True)[:top])
    return _dcg(gains[:top]) / best if best else 1.0


def precision(gains: Sequence[int], top: int) -> float:
    """The part of the first `top` of an order that belongs there; of articles with equal gains each belongs."""
    least = sorted(gains, reverse=True)[:top][-1]
    return sum(1 for gain in gains[:top] if gain >= least) / min(top, len(gains))


def recalled(gains: Sequence[int], chosen_from: Sequence[bool], top: int) -> tuple[int, int]:
    """Of the articles that belong to the first `top` and are marked: how many are there, and how many there are."""
    least = sorted(gains, reverse=True)[:top][-1]
    wanted = [place for place, gain in enumerate(gains) if gain >= least and chosen_from[place]]
    return sum(1 for place in wanted if place < top), len(wanted)


def tau_b(gains: Sequence[int]) -> float:
    """Kendall's tau-b of an order, the best first, against its gains; 0 where all gains are equal."""
    seen: list[int] = []
    balance = tied = 0
    for gain in gains:
        less, upto = bisect_left(seen, gain), bisect_right(seen, gain)
        balance += (len(seen) - upto) - less
        tied += upto - less
        insort(seen, gain)
    pairs = len(gains) * (len(gains) - 1) // 2
    return balance / math.sqrt(pairs * (pairs - tied)) if pairs > tied else 0.0


def intervals(series: Mapping[str, Sequence[float]], chance: Chance) -> dict[str, Interval]:
    """The mean of each series of days and its interval, by the same resamples of days for all of them."""
    days = len(next(iter(series.values()), ()))
    draws = [chance.choices(range(days), k=days) for _turn in range(_RESAMPLES)]
    return {name: _interval(values, draws) for name, values in series.items()}


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return math.fsum(values) / len(values)


def _interval(values: Sequence[float], draws: Sequence[Sequence[int]]) -> Interval:
    means = sorted(sum(map(values.__getitem__, draw)) / len(draw) for draw in draws)
    low, high = (means[round(part * (len(means) - 1))] for part in (_LOW, _HIGH))
    return Interval(mean(values), low, high)


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
