"""Moves: what proves that an article at another address is the same one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.articles import Sighting
from digest.model.moves import has_same_title_and_date
from tests.support.store import NOW, seen

BEFORE = seen(1)


@pytest.mark.parametrize(
    ("before", "after", "is_own", "is_same"),
    [
        (BEFORE, BEFORE, True, True),
        (BEFORE, BEFORE, False, False),
        (BEFORE, replace(BEFORE, title="Another"), True, False),
        (BEFORE, replace(BEFORE, published_at=NOW - timedelta(seconds=1)), True, False),
        (replace(BEFORE, day_only=True), BEFORE, True, False),
    ],
)
def test_has_same_title_and_date_both_of_one_article_alone(
    before: Sighting, after: Sighting, is_own: bool, is_same: bool
) -> None:
    """The date has an hour, and no other item has it."""
    dates = {one.published_at for one in (before, after) if one.published_at} if is_own else set()
    assert has_same_title_and_date(before, after, dates) == is_same
