"""Makes the levels of groups even, where their counters cannot be compared. Pure.

Each group (a source, a section) is moved so that its mean score is the mean of all, and a small group only a part of
the way: as if SHRINK articles of the usual level stood in it. Scores are logarithms of counts, so this is a rate of
exchange between two counters. It does not divide by the spread: a boost keeps its meaning, and a quiet group's small
differences stay small. More views or comments still never lower their own article's score.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from digest.model.articles import Reason
from digest.ranking.scoring import Scores

SHRINK = 5


def normalised(verdicts: Scores, groups: Sequence[str] | None) -> Scores:
    """The verdicts with their groups' levels made even; as they are where there is only one group, or None."""
    if groups is None or len(set(groups)) < 2:
        return verdicts
    level = math.fsum(verdicts.scores) / len(verdicts.scores)
    by_group: dict[str, list[float]] = defaultdict(list)
    for score, group in zip(verdicts.scores, groups, strict=True):
        by_group[group].append(score - level)
    moves = {group: -math.fsum(apart) / (len(apart) + SHRINK) for group, apart in by_group.items()}

    def reasons(place: int) -> tuple[Reason, ...]:
        group, move = groups[place], moves[groups[place]]
        says = f"level of {group or 'no group'} against all: moved by {move:+.2f}"
        return (*verdicts.reasons(place), Reason(name="level", value=round(move, 4), says=says))

    return Scores(
        [score + moves[group] for score, group in zip(verdicts.scores, groups, strict=True)],
        reasons,
    )
