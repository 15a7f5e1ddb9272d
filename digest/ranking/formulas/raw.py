"""`raw`: the counts so far, whatever the age. Pure."""

from digest.ranking.scoring import Scores, ScoringInput, mixed


def score(day: ScoringInput) -> Scores:
    """(1 - w)·ln(1 + views) + w·ln(1 + R·comments), R being mean views over mean comments."""
    return mixed(day, lambda counter: counter.value)
