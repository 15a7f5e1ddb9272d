"""Normalises the mean scores of groups whose counters are not comparable. Pure.

Each group (a source, a section) is shifted so that its mean score becomes the mean of all. A small group is shifted
only part of the way, as if it also had SHRINK articles with the mean of all. Scores are logarithms of counts, so the
shift is an exchange rate between two counters. Scores are not divided by the spread, so a boost keeps its meaning and
small differences within a quiet group stay small. More views or comments never lower their own article's score.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from digest.model.reasons import Reason
from digest.ranking.scoring import Scores

SHRINK = 5


def normalised(scores: Scores, groups: Sequence[str] | None) -> Scores:
    """The scores with the mean of each group shifted; unchanged for None or a single group."""
    if groups is None or len(set(groups)) < 2:
        return scores
    mean = math.fsum(scores.values) / len(scores.values)
    deviations: dict[str, list[float]] = defaultdict(list)
    for score, group in zip(scores.values, groups, strict=True):
        deviations[group].append(score - mean)
    shifts = {group: -math.fsum(own) / (len(own) + SHRINK) for group, own in deviations.items()}

    def reasons(place: int) -> tuple[Reason, ...]:
        group, shift = groups[place], shifts[groups[place]]
        message = f"normalised: {group or 'no group'} moved by {shift:+.2f}"
        return (*scores.reasons(place), Reason(name="level", value=round(shift, 4), message=message))

    shifted = [score + shifts[group] for score, group in zip(scores.values, groups, strict=True)]
    return Scores(shifted, reasons)
