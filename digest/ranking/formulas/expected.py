"""`expected`, the default: the counts that articles are expected to end with. Pure.

    G      = the share of its final count that an article has at its age (ranking/growth.py), views and comments apart
    mv, mc = (Σ count + k·m) / (Σ G + k)          what a usual article ends with; k·m from the past, where there is one
    V, C   = (views + q·mv) / (G + q), (comments + q·mc) / (G + q)
    R      = mv / mc                                      how many views a comment is worth
    x      = (1 - w)·ln(1 + V) + w·ln(1 + R·C)            with w the comments' weight

q is a prior of 0.15 article, 0.2 where the curve is the default one: the less is known of growth, the less a small
count of a young article is believed. R is taken of what articles end with, not of what they have now, so more views
or comments never lower a score (tests/ranking/test_rank.py). A counter that nobody told leaves the other to decide
alone; where both are unknown it is taken for a usual article.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digest.model.articles import Reason
from digest.ranking.growth import DOUBT, Curve
from digest.ranking.scoring import CounterState, Scores, ScoringInput, counter_says, mix_says, weight_of, worth

PRIOR, DOUBTED = 0.15, 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counter:
    """One counter of the day: its curve, the shares reached, what a usual article ends with, and each expected end."""

    name: str
    curve: Curve
    standings: Sequence[CounterState | None]
    shares: Sequence[float]
    usual: float
    expected: Sequence[float]

    def reason(self, place: int) -> Reason:
        standing, expected = self.standings[place], self.expected[place]
        if standing is None:
            return Reason(name=self.name, value=None, says=f"{self.name} unknown")
        reached = f"reached {self.shares[place]:.0%} of final -> expected {expected:.0f}"
        says = f"{counter_says(self.name, standing)} -> {reached} (portal mean {self.usual:.0f}; {self.curve.says})"
        return Reason(name=self.name, value=round(expected, 2), says=says)


def score(day: ScoringInput) -> Scores:
    """x of the docstring above."""
    views = _counter("views", [one.views for one in day.candidates], day.curves.views)
    comments = _counter("comments", [one.comments for one in day.candidates], day.curves.comments)
    ratio = worth(views.usual, comments.usual, len(views.standings) - views.standings.count(None))
    weights = [weight_of(one, day.weight) for one in day.candidates]
    scores = [
        (1 - weight) * math.log1p(viewed) + weight * math.log1p(ratio * said)
        for weight, viewed, said in zip(weights, views.expected, comments.expected, strict=True)
    ]

    def reasons(place: int) -> tuple[Reason, ...]:
        says = mix_says(day.candidates[place], weights[place], ratio)
        return views.reason(place), comments.reason(place), Reason(name="mix", value=round(scores[place], 4), says=says)

    return Scores(scores, reasons)


def _counter(name: str, standings: Sequence[CounterState | None], curve: Curve) -> _Counter:
    shares = [0.0 if one is None else curve.share(one.age) for one in standings]
    past = DOUBT if curve.mean else 0
    total = math.fsum(one.value for one in standings if one is not None) + past * curve.mean
    grown = math.fsum(shares) + past
    usual = total / grown if grown else 0.0
    prior = PRIOR + DOUBTED * curve.doubt
    expected = [
        usual if one is None else (one.value + prior * usual) / (share + prior)
        for one, share in zip(standings, shares, strict=True)
    ]
    return _Counter(name=name, curve=curve, standings=standings, shares=shares, usual=usual, expected=expected)
