"""`hn`: the front page of Hacker News, as its classic source ranks. Pure."""

import math

from digest.model.articles import Reason
from digest.ranking.scoring import Scores, ScoringInput, hours, mixed

GRAVITY, POWER, AHEAD = 1.8, 0.8, 2.0


def score(day: ScoringInput) -> Scores:
    """ln of points^0.8 / (age in hours + 2)^1.8, with points = 1 + the mix of both counters."""
    counted = mixed(day, lambda counter: counter.value)
    costs = [GRAVITY * math.log(max(one.age, 0.0) + AHEAD) for one in day.candidates]

    def reasons(place: int) -> tuple[Reason, ...]:
        age, cost = hours(day.candidates[place].age), costs[place]
        says = f"Hacker News: {POWER} of the mix, less {cost:.2f} for an age of {age}"
        return (*counted.reasons(place), Reason(name="age", value=round(-cost, 4), says=says))

    return Scores([POWER * mix - cost for mix, cost in zip(counted.scores, costs, strict=True)], reasons)
