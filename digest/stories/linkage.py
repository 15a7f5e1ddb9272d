"""Groups items by average linkage. Pure.

The two groups that are most alike are joined while their members are alike by `cut` on average. Chains of nearest
neighbours find the same groups as a search for the best pair, in time that grows with the square of the items.

Source: Murtagh, "A survey of recent advances in hierarchical clustering algorithms" (The Computer Journal, 1983).
"""

from collections.abc import Iterator

import numpy as np

from digest.stories.letters import Matrix


def linked(likeness: Matrix, cut: float) -> Iterator[list[int]]:
    """The groups of places. The matrix must be symmetric, with -inf for pairs never to be joined; it is overwritten."""
    np.fill_diagonal(likeness, -np.inf)
    groups = [[place] for place in range(len(likeness))]
    todo = list(range(len(likeness)))
    while todo:
        chain = [todo.pop()]
        while chain and groups[chain[-1]]:
            nearest = _nearest(likeness, chain)
            if likeness[chain[-1], nearest] < cut:
                chain.pop()
            elif nearest in chain[-2:-1]:
                _join(likeness, groups, *sorted(chain[-2:]))
                todo.append(min(chain[-2:]))
                del chain[-2:]
            else:
                chain.append(nearest)
    yield from (group for group in groups if group)


def _nearest(likeness: Matrix, chain: list[int]) -> int:
    """The group most alike the last one; of equal ones the one before it, so that every chain ends."""
    row = likeness[chain[-1]]
    nearest = int(row.argmax())
    return chain[-2] if len(chain) > 1 and row[chain[-2]] >= row[nearest] else nearest


def _join(likeness: Matrix, groups: list[list[int]], first: int, second: int) -> None:
    """Join the second group to the first; the likeness becomes the mean over their members."""
    one, other = len(groups[first]), len(groups[second])
    mean = (likeness[first] * one + likeness[second] * other) / (one + other)
    mean[first] = mean[second] = -np.inf
    likeness[first], likeness[:, first] = mean, mean
    likeness[second], likeness[:, second] = -np.inf, -np.inf
    groups[first].extend(groups[second])
    groups[second] = []
