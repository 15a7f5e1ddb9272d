"""`expected`, the default: the counts that articles are expected to end with. Pure.

    G      = the share of its final count that an article has at its age (ranking/growth.py), for each counter
    mv, mc = (Σ count + k·m) / (Σ G + k)          the mean final counts; k·m from the past, if there is one
    V, C   = (views + q·mv) / (G + q), (comments + q·mc) / (G + q)
    R      = mv / mc                                      how many views a comment is worth
    x      = (1 - w)·ln(1 + V) + w·ln(1 + R·C)            with w the comments' weight

q is a prior of 0.15 articles, 0.2 with the default curve: the less is known of growth, the less weight a small count of
a young article has. R uses the final counts, not the counts so far, so more views or comments never lower a score
(tests/ranking/test_rank.py). If one counter is unknown, the other decides alone; an article without counters is scored
as an average one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digest.model.articles import Reason
from digest.ranking.growth import PRIOR_ARTICLES, Curve
from digest.ranking.scoring import (
    CounterState,
    Scores,
    ScoringInput,
    comments_weight,
    counter_message,
    mix_message,
    views_per_comment,
)

PRIOR, DEFAULT_CURVE_PRIOR = 0.15, 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counter:
    """One counter of all candidates: its curve, the shares reached, the mean final count and the expected counts."""

    name: str
    curve: Curve
    states: Sequence[CounterState | None]
    shares: Sequence[float]
    mean: float
    expected: Sequence[float]

    def reason(self, place: int) -> Reason:
        state, expected = self.states[place], self.expected[place]
        message = counter_message(self.name, state)
        if state is None:
            return Reason(name=self.name, value=None, message=message)
        message += f", {self.shares[place]:.0%} of the final count; expected {expected:.0f}"
        message += f" (portal mean {self.mean:.0f}; {self.curve.description})"
        return Reason(name=self.name, value=round(expected, 2), message=message)


def score(data: ScoringInput) -> Scores:
    """x of the docstring above."""
    views = _counter("views", [one.views for one in data.candidates], data.curves.views)
    comments = _counter("comments", [one.comments for one in data.candidates], data.curves.comments)
    ratio = views_per_comment(views.mean, comments.mean, len(views.states) - views.states.count(None))
    weights = [comments_weight(one, data.weight) for one in data.candidates]
    scores = [
        (1 - weight) * math.log1p(viewed) + weight * math.log1p(ratio * commented)
        for weight, viewed, commented in zip(weights, views.expected, comments.expected, strict=True)
    ]

    def reasons(place: int) -> tuple[Reason, ...]:
        message = mix_message(data.candidates[place], weights[place], ratio)
        mix = Reason(name="mix", value=round(scores[place], 4), message=message)
        return views.reason(place), comments.reason(place), mix

    return Scores(scores, reasons)


def _counter(name: str, states: Sequence[CounterState | None], curve: Curve) -> _Counter:
    shares = [0.0 if one is None else curve.share(one.age) for one in states]
    past = PRIOR_ARTICLES if curve.mean else 0
    total = math.fsum(one.value for one in states if one is not None) + past * curve.mean
    articles = math.fsum(shares) + past
    mean = total / articles if articles else 0.0
    prior = PRIOR + DEFAULT_CURVE_PRIOR * curve.prior_share
    expected = [
        mean if one is None else (one.value + prior * mean) / (share + prior)
        for one, share in zip(states, shares, strict=True)
    ]
    return _Counter(name=name, curve=curve, states=states, shares=shares, mean=mean, expected=expected)
