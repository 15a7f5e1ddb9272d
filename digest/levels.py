"""Makes the levels of groups even, where their counters cannot be compared. Pure.

Each group (a source, a section) is moved so that its mean score is the mean of all, and a small group only a part of
the way: as if SHRINK articles of the usual level stood in it. Scores are logarithms of counts, so this is a rate of
exchange between two counters. It does not divide by the spread: a boost keeps its meaning, and a quiet group's small
differences stay small. More views or comments still never lower their own article's score.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from digest.candidates import Verdict
from digest.model import Reason

SHRINK = 5


def evened(verdicts: Sequence[Verdict], groups: Sequence[str] | None) -> list[Verdict]:
    """The verdicts with their groups' levels made even; as they are where there is only one group, or None."""
    if groups is None or len(set(groups)) < 2:
        return list(verdicts)
    level = math.fsum(verdict.score for verdict in verdicts) / len(verdicts)
    by_group: dict[str, list[float]] = defaultdict(list)
    for verdict, group in zip(verdicts, groups, strict=True):
        by_group[group].append(verdict.score - level)
    moves = {group: -math.fsum(apart) / (len(apart) + SHRINK) for group, apart in by_group.items()}
    return [_moved(verdict, group, moves[group]) for verdict, group in zip(verdicts, groups, strict=True)]


def _moved(verdict: Verdict, group: str, move: float) -> Verdict:
    says = f"level of {group or 'no group'} against all: moved by {move:+.2f}"
    return Verdict(
        verdict.score + move,
        lambda: (*verdict.reasons(), Reason(name="level", value=round(move, 4), says=says)),
    )
