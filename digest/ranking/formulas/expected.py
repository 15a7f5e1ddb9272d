"""`expected`, the default: the counts that articles are expected to end with. Pure.

    G      = the share of its final count that an article has at its age (ranking/growth.py), for each counter
    mv, mc = (Σ count + k·m) / (Σ G + k)          the mean final counts; k·m from the past, if there is one
    V, C   = (views + q·mv) / (G + q), (comments + q·mc) / (G + q)
    R      = mv / mc                                      how many views a comment is worth
    x      = (1 - w)·ln(1 + V) + w·ln(1 + R·C)            with w the comments' weight

    T      = views + (1 - G)·V = (1 + q)·V - q·mv         shown to the editor; C likewise

q is a prior of 0.15 articles, 0.2 with the default curve: the less is known of growth, the less weight a small count of
a young article has. R uses the final counts, not the counts so far, so more views or comments never lower a score
(tests/ranking/test_rank.py). If one counter is unknown, the other decides alone; an article without counters is scored
as an average one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digest.model.quantities import counted
from digest.model.reasons import Reason
from digest.ranking.growth import PRIOR_ARTICLES, Curve
from digest.ranking.scoring import (
    CounterState,
    Scores,
    ScoringInput,
    Texts,
    comments_weight,
    counter_message,
    views_per_comment,
)

PRIOR, DEFAULT_CURVE_PRIOR = 0.15, 0.05

_SLIGHT_PULL, _STRONG_PULL = 0.2, 0.5  # weights of the prior from which the pull has another name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counter:
    """One counter of all candidates: its curve, the shares reached, the mean final count, q and the expected counts."""

    name: str
    curve: Curve
    states: Sequence[CounterState | None]
    shares: Sequence[float]
    mean: float
    prior: float
    expected: Sequence[float]

    def reason(self, place: int, texts: Texts) -> Reason:
        """The count, its age and what is expected in the end, for the editor."""
        state = self.states[place]
        if state is None:
            return texts.counter(self.name, None, None)
        usual = counted(round(self.mean), self.name.removesuffix("s"))
        common = f"a usual article ends with {usual} ({self.curve.description})"
        count, share = counter_message(self.name, state), _percent(self.shares[place])
        message = f"{count}, {share} of the final count; {self._growth(place, state.value)}; {common}"
        return Reason(name=self.name, value=round(self.expected[place], 2), message=message, common=common)

    def _growth(self, place: int, count: int) -> str:
        total = final_count(count, self.shares[place], self.expected[place])
        to_come = round(total - count)
        pull = _pull(count / self.shares[place], total, self.prior / (self.shares[place] + self.prior))
        return f"expected {count + to_come} = {count} + {to_come} to come{pull}"


def final_count(count: int, share: float, expected: float) -> float:
    """T of the docstring above."""
    return count + (1 - share) * expected


def _percent(share: float) -> str:
    text = f"{share:.0%}"
    return "over 99%" if text == "100%" and share < 1 else text


def _pull(unpulled: float, total: float, weight: float) -> str:
    """In words, how far the prior of this weight, from 0 to 1, moved a total away from count / share."""
    if round(unpulled) == round(total):
        return ""
    degree = "strongly " if weight > _STRONG_PULL else "slightly " if weight < _SLIGHT_PULL else ""
    direction = "lowered towards a usual article" if total < unpulled else "raised towards a usual article"
    return f", {degree}{direction}"


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

    texts = Texts(data, ratio)

    def reasons(place: int) -> tuple[Reason, ...]:
        mix = texts.mix(data.candidates[place], scores[place])
        return views.reason(place, texts), comments.reason(place, texts), mix

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
    return _Counter(name=name, curve=curve, states=states, shares=shares, mean=mean, prior=prior, expected=expected)
