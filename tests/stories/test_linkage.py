"""Average linkage: the chains of nearest neighbours find what a search for the best pair finds."""

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from digest.stories.linkage import linked


def symmetric(values: list[float], number: int) -> Any:
    """A symmetric matrix of these values."""
    matrix = np.zeros((number, number), np.float32)
    matrix[np.triu_indices(number, 1)] = values
    return matrix + matrix.T


@st.composite
def matrices(draw: st.DrawFn, *, distinct: bool) -> Any:
    """The similarities of up to eight items, some pairs of which must not be joined."""
    number = draw(st.integers(0, 8))
    pairs = number * (number - 1) // 2
    if distinct:
        order = draw(st.permutations(range(pairs)))
        values = [0.9 * (place + 1) / (pairs + 1) + 0.001 * place**2 / (pairs + 1) ** 2 for place in order]
    else:
        values = draw(st.lists(st.sampled_from([0.0, 0.4, 0.5, 1.0]), min_size=pairs, max_size=pairs))
    matrix = symmetric(values, number)
    for one, other in draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=3)):
        if one < number and other < number:
            matrix[one, other] = matrix[other, one] = -np.inf
    return matrix


def best_pair_first(matrix: Any, cut: float) -> list[list[int]]:
    """Join the two most similar groups, again and again."""
    groups = [[place] for place in range(len(matrix))]
    while len(groups) > 1:
        means = {(a, b): matrix[np.ix_(groups[a], groups[b])].mean() for a in range(len(groups)) for b in range(a)}
        (a, b), best = max(means.items(), key=lambda item: item[1])
        if best < cut:
            break
        groups[b] += groups.pop(a)
    return sorted(sorted(group) for group in groups)


def similarity_matrix(number: int, pairs: dict[tuple[int, int], float]) -> Any:
    """The similarities of that many items, 0 for the pairs that are not named."""
    return symmetric([pairs.get(pair, 0.0) for pair in combinations(range(number), 2)], number)


# 5 and 2 begin a chain each, to 4 and 1, which are joined to others; what is left of both chains is joined at the end.
BEGINNINGS = {(3, 4): 0.95, (4, 5): 0.85, (0, 1): 0.9, (1, 2): 0.8, (2, 5): 0.7}


@given(matrices(distinct=True), st.sampled_from([0.2, 0.4, 0.6]))
@example(similarity_matrix(6, BEGINNINGS), 0.6)
def test_linked_equals_the_search_for_the_best_pair(matrix: Any, cut: float) -> None:
    """Where no two pairs are equally similar, so that there is one answer."""
    wanted = best_pair_first(matrix.astype(np.float64), cut)
    assert sorted(sorted(group) for group in linked(matrix.copy(), cut)) == wanted


@given(matrices(distinct=False))
def test_linked_equal_similarities_end_and_respect_the_bounds(matrix: Any) -> None:
    """Each item is in one group; members are similar by the cut, and separated ones are never together."""
    groups = list(linked(matrix.copy(), 0.4))
    assert sorted(place for group in groups for place in group) == list(range(len(matrix)))
    for group in groups:
        inner = matrix[np.ix_(group, group)][np.triu_indices(len(group), 1)]
        assert len(group) == 1 or inner.mean() >= 0.4 - 1e-5
