"""`reddit`: the "hot" order of Reddit, in which ten times the votes make up for 12.5 hours. Pure.

Source: https://github.com/reddit-archive/reddit/blob/master/r2/r2/lib/db/_sorts.pyx (45,000 seconds).
"""

import math

from digest.model.reasons import Reason
from digest.ranking.scoring import Scores, ScoringInput, format_hours, mix_counters

TENFOLD = 12.5  # hours


def score(data: ScoringInput) -> Scores:
    """log10(max(points, 1)) - age / 12.5 h, with points = the mix of both counters as a count."""
    mix = mix_counters(data, lambda counter: counter.value)
    points = [max(math.expm1(mixed), 1.0) for mixed in mix.values]
    costs = [one.age / TENFOLD for one in data.candidates]

    def reasons(place: int) -> tuple[Reason, ...]:
        age, cost = format_hours(data.candidates[place].age), costs[place]
        message = f"Reddit: log10 of {points[place]:.0f}, minus {cost:.2f} for age {age}"
        return (*mix.reasons(place), Reason(name="age", value=round(-cost, 4), message=message))

    return Scores([math.log10(one) - cost for one, cost in zip(points, costs, strict=True)], reasons)
