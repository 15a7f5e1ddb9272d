"""What a formula gets and returns: candidates with their counters and growth curves, scores with reasons. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from digest.model.quantities import counted
from digest.model.reasons import Reason
from digest.ranking.growth import Curves

PACE_HOURS = 3.0  # the span over which a counter's pace is measured
PACE_SPAN = timedelta(hours=PACE_HOURS)

_MOST_VIEWS_PER_COMMENT = 1e12  # keeps the value of a comment finite when comments are next to zero


class CounterState(NamedTuple):
    """A counter: its value, the age of the article in hours that it belongs to, and its gain per hour."""

    value: int
    age: float
    pace: float = 0.0


class Candidate(NamedTuple):
    """An article of the window: its age in hours at the slot and its counters, None if unknown."""

    age: float
    views: CounterState | None
    comments: CounterState | None


class Scores(NamedTuple):
    """The scores of the candidates, in their order, and a function that gives the reasons of the one at a place."""

    values: list[float]
    reasons: Callable[[int], tuple[Reason, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringInput:
    """All candidates of one issue; `weight` is the comments' weight, 0 to 1."""

    candidates: Sequence[Candidate]
    weight: float
    curves: Curves


Formula = Callable[[ScoringInput], Scores]
"""A formula. More views or comments never lower an article's own score; reasons are computed on demand."""


def comments_weight(candidate: Candidate, weight: float) -> float:
    """The comments' weight for this candidate: if one counter is unknown, the other decides alone."""
    if candidate.views is None and candidate.comments is not None:
        return 1.0
    if candidate.comments is None and candidate.views is not None:
        return 0.0
    return weight


def views_per_comment(mean_views: float, mean_comments: float, counted: int) -> float:
    """How many views a comment is worth; `counted` articles have known views, and their sum counts as 1 at least."""
    if not counted or not mean_comments:
        return 1.0
    return min(max(mean_views, 1 / counted) / mean_comments, _MOST_VIEWS_PER_COMMENT)


def mix_counters(data: ScoringInput, value_of: Callable[[CounterState], float]) -> Scores:
    """(1 - w)·ln(1 + views) + w·ln(1 + R·comments) of `value_of` each counter; an unknown one counts as the mean."""
    views = [None if one.views is None else value_of(one.views) for one in data.candidates]
    comments = [None if one.comments is None else value_of(one.comments) for one in data.candidates]
    mean_views, mean_comments = _mean(views), _mean(comments)
    ratio = views_per_comment(mean_views, mean_comments, len(views) - views.count(None))
    weights = [comments_weight(one, data.weight) for one in data.candidates]
    scores = [
        (1 - weight) * math.log1p(mean_views if viewed is None else viewed)
        + weight * math.log1p(ratio * (mean_comments if commented is None else commented))
        for weight, viewed, commented in zip(weights, views, comments, strict=True)
    ]

    texts = Texts(data, ratio)

    def reasons(place: int) -> tuple[Reason, ...]:
        one = data.candidates[place]
        return (
            texts.counter("views", one.views, views[place]),
            texts.counter("comments", one.comments, comments[place]),
            texts.mix(one, scores[place]),
        )

    return Scores(scores, reasons)


class Texts:
    """What the editor reads about the counters and how they are mixed, with what is the same for all candidates."""

    def __init__(self, data: ScoringInput, ratio: float) -> None:
        views = (one.views for one in data.candidates if one.views is not None)
        comments = (one.comments for one in data.candidates if one.comments is not None)
        self._typical = Candidate(0.0, next(views, None), next(comments, None))
        self._weight, self._ratio = data.weight, ratio

    def counter(self, name: str, state: CounterState | None, value: float | None) -> Reason:
        """The reason of the counter `views` or `comments`."""
        if state is not None:
            return Reason(name=name, value=value, message=counter_message(name, state))
        text = f"{name} unknown"
        return Reason(name=name, value=None, message=text, common="" if getattr(self._typical, name) else text)

    def mix(self, candidate: Candidate, score: float) -> Reason:
        """The reason of the score that the mix gives."""
        text = self._mixed(candidate)
        common = text if text == self._mixed(self._typical) else ""
        return Reason(name="mix", value=round(score, 4), message=text, common=common)

    def _mixed(self, candidate: Candidate) -> str:
        if candidate.views is None and candidate.comments is None:
            return "no counters: scored as an average article"
        weight = comments_weight(candidate, self._weight)
        return (
            f"weight of views {1 - weight:.2f}, of comments {weight:.2f}; one comment counts as {self._ratio:.1f} views"
        )


def counter_message(name: str, state: CounterState) -> str:
    """A counter and the age that it belongs to, for the editor."""
    return f"{counted(state.value, name.removesuffix('s'))} at age {format_hours(state.age)}"


def format_hours(age: float) -> str:
    """An age in hours, for the editor."""
    return f"{max(age, 0.0):.1f} h"


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else 0.0
