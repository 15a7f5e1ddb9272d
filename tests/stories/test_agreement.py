"""Agreement: B-cubed precision and recall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.stories.agreement import agreement


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_agreement_of_equal_groups_is_one(known_stories: list[str]) -> None:
    """The known stories agree fully; singles are precise, and one group of all is complete."""
    groups = [
        [place for place, one in enumerate(known_stories) if one == story] for story in sorted(set(known_stories))
    ]
    if known_stories:
        assert agreement(groups, known_stories).f1 == pytest.approx(1)
        assert agreement([[place] for place in range(len(known_stories))], known_stories).precision == pytest.approx(1)
        assert agreement([range(len(known_stories))], known_stories).recall == pytest.approx(1)


def test_agreement_known_groups_give_values_by_hand() -> None:
    """Two stories of two titles, three of which were put together."""
    found = agreement([[0, 1, 2], [3]], ["a", "a", "b", "b"])
    assert found.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.recall == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found.f1 == pytest.approx(2 / (1 / found.precision + 1 / found.recall))


def test_agreement_without_titles_is_zero() -> None:
    """There is nothing to agree with."""
    found = agreement([], [])
    assert (found.precision, found.recall, found.f1) == (0, 0, 0)
