"""`reddit`: the "hot" order of Reddit, in which ten times the votes make up for 12.5 hours. Pure."""

import math

from digest.model.articles import Reason
from digest.ranking.scoring import Scores, ScoringInput, hours, mixed

TENFOLD = 12.5  # hours


def score(day: ScoringInput) -> Scores:
    """log10(max(points, 1)) - age / 12.5 h, with points = the mix of both counters as a count."""
    counted = mixed(day, lambda counter: counter.value)
    points = [max(math.expm1(mix), 1.0) for mix in counted.scores]
    costs = [one.age / TENFOLD for one in day.candidates]

    def reasons(place: int) -> tuple[Reason, ...]:
        age, cost = hours(day.candidates[place].age), costs[place]
        says = f"Reddit: log10 of {points[place]:.0f}, less {cost:.2f} for an age of {age}"
        return (*counted.reasons(place), Reason(name="age", value=round(-cost, 4), says=says))

    return Scores([math.log10(mix) - cost for mix, cost in zip(points, costs, strict=True)], reasons)
