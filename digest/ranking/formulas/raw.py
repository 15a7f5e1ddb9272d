"""`raw`: the counts so far, whatever the age. Pure."""

from digest.ranking.scoring import Scores, ScoringInput, mix_counters


def score(data: ScoringInput) -> Scores:
    """(1 - w)·ln(1 + views) + w·ln(1 + R·comments), with R = mean views / mean comments."""
    return mix_counters(data, lambda counter: counter.value)
