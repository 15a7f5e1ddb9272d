"""Measures how well the stories that were found agree with known ones. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The agreement of the stories found with the known ones: B-cubed, each 0 to 1."""

    precision: float
    recall: float
    f1: float


def agreement(found: Iterable[Sequence[int]], known: Sequence[str]) -> Agreement:
    """B-cubed precision and recall of groups of places; `known` is the story of each title.

    Source: Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model" (1998).
    """
    whole = Counter(known)
    precision = recall = 0.0
    for group in found:
        for story, count in Counter(known[place] for place in group).items():
            precision += count * count / len(group)
            recall += count * count / whole[story]
    precision, recall = (value / max(len(known), 1) for value in (precision, recall))
    both = precision + recall
    return Agreement(precision=precision, recall=recall, f1=2 * precision * recall / both if both else 0.0)
