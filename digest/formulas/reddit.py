"""`reddit`: the "hot" order of Reddit, in which ten times the votes make up for 12.5 hours. Pure."""

import math

from digest.candidates import Candidate, Day, Verdict, hours, mixed
from digest.model import Reason

TENFOLD = 12.5  # hours


def score(day: Day) -> list[Verdict]:
    """log10(max(points, 1)) - age / 12.5 h, with points = the mix of both counters as a count."""
    counted = mixed(day, lambda counter: counter.value)
    return [_aged(verdict, one) for verdict, one in zip(counted, day.candidates, strict=True)]


def _aged(verdict: Verdict, one: Candidate) -> Verdict:
    points, cost = max(math.expm1(verdict.score), 1.0), one.age / TENFOLD
    says = f"Reddit: log10 of {points:.0f}, less {cost:.2f} for an age of {hours(one.age)}"
    return Verdict(
        math.log10(points) - cost,
        lambda: (*verdict.reasons(), Reason(name="age", value=round(-cost, 4), says=says)),
    )
