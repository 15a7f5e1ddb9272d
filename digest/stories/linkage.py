"""Groups items by average linkage. Pure.

The two most similar groups are joined while the average similarity of their members is at least `cut`. Chains of
nearest neighbours find the same groups as a search for the best pair, in time that grows with the square of the items.

Source: Murtagh, "A survey of recent advances in hierarchical clustering algorithms" (The Computer Journal, 1983).
"""

from collections.abc import Iterator

import numpy as np

from digest.stories.letters import Matrix


def linked(similarity: Matrix, cut: float) -> Iterator[list[int]]:
    """The groups of places. The matrix must be symmetric, with -inf for pairs never to be joined; it is overwritten."""
    np.fill_diagonal(similarity, -np.inf)
    groups = [[place] for place in range(len(similarity))]
    todo = list(range(len(similarity)))
    while todo:
        chain = [todo.pop()]
        while chain and groups[chain[-1]]:
            nearest = _nearest(similarity, chain)
            if similarity[chain[-1], nearest] < cut:
                chain.pop()
            elif nearest in chain[-2:-1]:
                _join(similarity, groups, *sorted(chain[-2:]))
                todo.append(min(chain[-2:]))
                del chain[-2:]
            else:
                chain.append(nearest)
    yield from (group for group in groups if group)


def _nearest(similarity: Matrix, chain: list[int]) -> int:
    """The group most similar to the last one; of equal ones the one before it, so that every chain ends."""
    row = similarity[chain[-1]]
    nearest = int(row.argmax())
    return chain[-2] if len(chain) > 1 and row[chain[-2]] >= row[nearest] else nearest


def _join(similarity: Matrix, groups: list[list[int]], first: int, second: int) -> None:
    """Join the second group to the first; the similarity becomes the mean over their members."""
    one, other = len(groups[first]), len(groups[second])
    mean = (similarity[first] * one + similarity[second] * other) / (one + other)
    mean[first] = mean[second] = -np.inf
    similarity[first], similarity[:, first] = mean, mean
    similarity[second], similarity[:, second] = -np.inf, -np.inf
    groups[first].extend(groups[second])
    groups[second] = []
