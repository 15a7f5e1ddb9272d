"""`raw`: the counts so far, whatever the age. Pure."""

from digest.candidates import Day, Verdict, mixed


def score(day: Day) -> list[Verdict]:
    """(1 - w)·ln(1 + views) + w·ln(1 + R·comments), R being mean views over mean comments."""
    return mixed(day, lambda counter: counter.value)
