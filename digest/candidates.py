"""What a formula sees: the articles of one issue, where their counters stood, and what is known of growth. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.curves import Curves
from digest.model import Reason

PACE = 3.0  # hours over which a counter's pace is measured


class Standing(NamedTuple):
    """A counter: its value, the article's age in hours that the value belongs to, and what it gains in an hour."""

    value: int
    age: float
    pace: float = 0.0


class Candidate(NamedTuple):
    """An article that may enter: its age in hours at the slot, and its counters; None is a counter nobody told."""

    age: float
    views: Standing | None
    comments: Standing | None


class Verdict(NamedTuple):
    """A formula's word on a candidate: its score, and how it came about, told when somebody asks."""

    score: float
    reasons: Callable[[], tuple[Reason, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """All candidates of one issue; `weight` is the comments' weight, 0 to 1."""

    candidates: Sequence[Candidate]
    weight: float
    curves: Curves


Formula = Callable[[Day], list[Verdict]]
"""A formula: the candidates' verdicts, in their order. More views or comments never lower the score."""


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
    return max(usual_views, 1 / counted) / usual_comments


def mixed(day: Day, value_of: Callable[[Standing], float]) -> list[Verdict]:
    """Scores (1 - w)·ln(1 + views) + w·ln(1 + R·comments) of what `value_of` makes of a counter, unknown ones usual."""
    views = [None if one.views is None else value_of(one.views) for one in day.candidates]
    comments = [None if one.comments is None else value_of(one.comments) for one in day.candidates]
    usual_views, usual_comments = _mean(views), _mean(comments)
    ratio = worth(usual_views, usual_comments, sum(1 for value in views if value is not None))
    return [
        _mixed(one, (v, c), (usual_views, usual_comments, ratio), day.weight)
        for one, v, c in zip(day.candidates, views, comments, strict=True)
    ]


def mix_says(candidate: Candidate, weight: float, ratio: float) -> str:
    """How the counters are mixed, for the editor."""
    if candidate.views is None and candidate.comments is None:
        return "no counters: taken for a usual article"
    return f"views weigh {1 - weight:.2f}, comments {weight:.2f}; a comment is worth {ratio:.1f} views"


def counter_says(name: str, standing: Standing | None) -> str:
    """A counter as it stood, for the editor."""
    return f"{name} unknown" if standing is None else f"{name} {standing.value} at age {hours(standing.age)}"


def hours(age: float) -> str:
    """An age in hours, for the editor."""
    return f"{max(age, 0.0):.1f} h"


def _mixed(
    one: Candidate, told: tuple[float | None, float | None], usual: tuple[float, float, float], weight: float
) -> Verdict:
    weight = weight_of(one, weight)
    views, comments = (known if value is None else value for value, known in zip(told, usual, strict=False))
    ratio = usual[2]
    score = (1 - weight) * math.log1p(views) + weight * math.log1p(ratio * comments)

    def reasons() -> tuple[Reason, ...]:
        return (
            Reason(name="views", value=told[0], says=counter_says("views", one.views)),
            Reason(name="comments", value=told[1], says=counter_says("comments", one.comments)),
            Reason(name="mix", value=round(score, 4), says=mix_says(one, weight, ratio)),
        )

    return Verdict(score, reasons)


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else 0.0
