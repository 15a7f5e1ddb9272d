"""`hn`: the front page of Hacker News, as its classic source ranks. Pure."""

import math

from digest.candidates import Candidate, Day, Verdict, hours, mixed
from digest.model import Reason

GRAVITY, POWER, AHEAD = 1.8, 0.8, 2.0


def score(day: Day) -> list[Verdict]:
    """ln of points^0.8 / (age in hours + 2)^1.8, with points = 1 + the mix of both counters."""
    counted = mixed(day, lambda counter: counter.value)
    return [_aged(verdict, one) for verdict, one in zip(counted, day.candidates, strict=True)]


def _aged(verdict: Verdict, one: Candidate) -> Verdict:
    cost = GRAVITY * math.log(max(one.age, 0.0) + AHEAD)
    says = f"Hacker News: {POWER} of the mix, less {cost:.2f} for an age of {hours(one.age)}"
    return Verdict(
        POWER * verdict.score - cost,
        lambda: (*verdict.reasons(), Reason(name="age", value=round(-cost, 4), says=says)),
    )
