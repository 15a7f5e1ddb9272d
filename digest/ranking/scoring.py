"""What a formula sees: the articles of one issue, where their counters stood, and what is known of growth. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.model.articles import Reason
from digest.ranking.growth import Curves

PACE = 3.0  # hours over which a counter's pace is measured

_MOST_WORTH = 1e12  # views for a comment: a pace of next to nothing must not make it infinite


class CounterState(NamedTuple):
    """A counter: its value, the article's age in hours that the value belongs to, and what it gains in an hour."""

    value: int
    age: float
    pace: float = 0.0


class Candidate(NamedTuple):
    """An article that may enter: its age in hours at the slot, and its counters; None is a counter nobody told."""

    age: float
    views: CounterState | None
    comments: CounterState | None


class Scores(NamedTuple):
    """A formula's word on the candidates, in their order: the scores, and the reasons of the one at a place."""

    scores: list[float]
    reasons: Callable[[int], tuple[Reason, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringInput:
    """All candidates of one issue; `weight` is the comments' weight, 0 to 1."""

    candidates: Sequence[Candidate]
    weight: float
    curves: Curves


Formula = Callable[[ScoringInput], Scores]
"""A formula. More views or comments never lower an article's own score; reasons are made when somebody asks."""


def weight_of(candidate: Candidate, weight: float) -> float:
    """The comments' weight for this one: a counter that is not known leaves the other to decide alone."""
    if candidate.views is None and candidate.comments is not None:
        return 1.0
    if candidate.comments is None and candidate.views is not None:
        return 0.0
    return weight


def worth(usual_views: float, usual_comments: float, counted: int) -> float:
    """How many views a comment is worth, where the views of so many are known; nobody viewed: as if one had."""
    if not counted or not usual_comments:
        return 1.0
    return min(max(usual_views, 1 / counted) / usual_comments, _MOST_WORTH)


def mixed(day: ScoringInput, value_of: Callable[[CounterState], float]) -> Scores:
    """Scores (1 - w)·ln(1 + views) + w·ln(1 + R·comments) of what `value_of` makes of a counter, unknown ones usual."""
    views = [None if one.views is None else value_of(one.views) for one in day.candidates]
    comments = [None if one.comments is None else value_of(one.comments) for one in day.candidates]
    usual_views, usual_comments = _mean(views), _mean(comments)
    ratio = worth(usual_views, usual_comments, len(views) - views.count(None))
    weights = [weight_of(one, day.weight) for one in day.candidates]
    scores = [
        (1 - weight) * math.log1p(usual_views if viewed is None else viewed)
        + weight * math.log1p(ratio * (usual_comments if said is None else said))
        for weight, viewed, said in zip(weights, views, comments, strict=True)
    ]

    def reasons(place: int) -> tuple[Reason, ...]:
        one = day.candidates[place]
        return (
            Reason(name="views", value=views[place], says=counter_says("views", one.views)),
            Reason(name="comments", value=comments[place], says=counter_says("comments", one.comments)),
            Reason(name="mix", value=round(scores[place], 4), says=mix_says(one, weights[place], ratio)),
        )

    return Scores(scores, reasons)


def mix_says(candidate: Candidate, weight: float, ratio: float) -> str:
    """How the counters are mixed, for the editor."""
    if candidate.views is None and candidate.comments is None:
        return "no counters: taken for a usual article"
    return f"views weigh {1 - weight:.2f}, comments {weight:.2f}; a comment is worth {ratio:.1f} views"


def counter_says(name: str, standing: CounterState | None) -> str:
    """A counter as it stood, for the editor."""
    return f"{name} unknown" if standing is None else f"{name} {standing.value} at age {hours(standing.age)}"


def hours(age: float) -> str:
    """An age in hours, for the editor."""
    return f"{max(age, 0.0):.1f} h"


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else 0.0
