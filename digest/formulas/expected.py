"""`expected`, the default: the counts that articles are expected to end with. Pure.

    G      = the share of its final count that an article has at its age (digest/curves.py), views and comments apart
    mv, mc = (Σ count + k·m) / (Σ G + k)          what a usual article ends with; k·m from the past, where there is one
    V, C   = (views + q·mv) / (G + q), (comments + q·mc) / (G + q)
    R      = mv / mc                                      how many views a comment is worth
    x      = (1 - w)·ln(1 + V) + w·ln(1 + R·C)            with w the comments' weight

q is a prior of 1/10 article, 2/10 where the curve is the default one: the less is known of growth, the less a small
count of a young article is believed. R is taken of what articles end with, not of what they have now, so more views
or comments never lower a score (tests/test_rank.py). A counter that nobody told leaves the other to decide alone;
where both are unknown it is taken for a usual article.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digest.candidates import Candidate, Day, Standing, Verdict, counter_says, mix_says, weight_of, worth
from digest.curves import DOUBT, Curve
from digest.model import Reason

PRIOR = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counter:
    """One counter of the day: its curve, what a usual article ends with, and how far that is believed."""

    name: str
    curve: Curve
    usual: float
    prior: float
    known: int

    def expected(self, standing: Standing | None) -> float:
        if standing is None:
            return self.usual
        return (standing.value + self.prior * self.usual) / (self.curve.share(standing.age) + self.prior)

    def reason(self, standing: Standing | None) -> Reason:
        if standing is None:
            return Reason(name=self.name, value=None, says=f"{self.name} unknown")
        share, expected = self.curve.share(standing.age), self.expected(standing)
        says = f"{counter_says(self.name, standing)} -> reached {share:.0%} of final -> expected {expected:.0f}"
        return Reason(
            name=self.name,
            value=round(expected, 2),
            says=f"{says} (portal mean {self.usual:.0f}; {self.curve.says})",
        )


def score(day: Day) -> list[Verdict]:
    """x of the docstring above, for each candidate."""
    views = _counter("views", [one.views for one in day.candidates], day.curves.views)
    comments = _counter("comments", [one.comments for one in day.candidates], day.curves.comments)
    ratio = worth(views.usual, comments.usual, views.known)
    return [_verdict(one, views, comments, (weight_of(one, day.weight), ratio)) for one in day.candidates]


def _counter(name: str, standings: Sequence[Standing | None], curve: Curve) -> _Counter:
    known = [one for one in standings if one is not None]
    past = DOUBT if curve.mean else 0
    total = math.fsum(one.value for one in known) + past * curve.mean
    shares = math.fsum(curve.share(one.age) for one in known) + past
    prior = PRIOR * (1 + curve.doubt)
    return _Counter(name=name, curve=curve, usual=total / shares if shares else 0.0, prior=prior, known=len(known))


def _verdict(one: Candidate, views: _Counter, comments: _Counter, mix: tuple[float, float]) -> Verdict:
    weight, ratio = mix
    score = (1 - weight) * math.log1p(views.expected(one.views))
    score += weight * math.log1p(ratio * comments.expected(one.comments))

    def reasons() -> tuple[Reason, ...]:
        says = mix_says(one, weight, ratio)
        told = views.reason(one.views), comments.reason(one.comments)
        return (*told, Reason(name="mix", value=round(score, 4), says=says))

    return Verdict(score, reasons)
