"""`hn`: the front page order of Hacker News, as in `news.arc` of Arc 3.2 (gravity 1.8, time base 120 min). Pure."""

import math

from digest.model.reasons import Reason
from digest.ranking.scoring import Scores, ScoringInput, format_hours, mix_counters

GRAVITY, POWER, AGE_OFFSET = 1.8, 0.8, 2.0


def score(data: ScoringInput) -> Scores:
    """ln of points^0.8 / (age in hours + 2)^1.8, with points = 1 + the mix of both counters."""
    mix = mix_counters(data, lambda counter: counter.value)
    costs = [GRAVITY * math.log(max(one.age, 0.0) + AGE_OFFSET) for one in data.candidates]

    def reasons(place: int) -> tuple[Reason, ...]:
        age, cost = format_hours(data.candidates[place].age), costs[place]
        message = f"Hacker News: {POWER} of the mix, minus {cost:.2f} for age {age}"
        return (*mix.reasons(place), Reason(name="age", value=round(-cost, 4), message=message))

    return Scores([POWER * mixed - cost for mixed, cost in zip(mix.values, costs, strict=True)], reasons)
