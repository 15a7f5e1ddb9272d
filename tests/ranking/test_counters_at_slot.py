"""Counters at the slot: the pace from the reading some hours earlier, and the source that missed an article."""

from operator import attrgetter

import pytest

from digest.model.articles import Article, Reading
from digest.ranking.counters_at_slot import count_all, count_at_slot
from digest.ranking.scoring import Candidate, CounterState
from tests.support.articles import article, hours, reading
from tests.support.issues import SLOT


def candidate_of(*readings: Reading, age: float = 10) -> Candidate:
    """The candidate that an article with these readings is."""
    _counted, (candidate,) = count_all([article("a", *readings, age=age)], SLOT)
    return candidate


def test_count_all_pace_is_the_gain_since_the_reading_three_hours_earlier() -> None:
    """By hand: the last reading has 100 views and 10 comments; three hours before it there were 40 and 4.

    (100 - 40) / 3 = 20 views and (10 - 4) / 3 = 2 comments an hour; later and older readings do not matter.
    """
    earlier = [reading(10, 1, at=SLOT - hours(7)), reading(40, 4, at=SLOT - hours(3))]
    later = [reading(90, 9, at=SLOT - hours(1)), reading(100, 10)]
    assert candidate_of(*earlier, *later) == Candidate(10, CounterState(100, 10, 20), CounterState(10, 10, 2))


def test_count_all_pace_without_an_earlier_reading_is_that_of_the_lifetime() -> None:
    """100 views and 5 comments at an age of 10 h; a reading from two hours and a half earlier is too recent."""
    found = candidate_of(reading(70, 3, at=SLOT - hours(2.5)), reading(100, 5))
    assert found == Candidate(10, CounterState(100, 10, 10), CounterState(5, 10, 0.5))


@pytest.mark.parametrize("missing", ["views", "comments"])
def test_count_all_counter_of_a_source_that_missed_the_article_has_the_age_at_the_slot(missing: str) -> None:
    """One source listed the article six hours before the slot, and another article every hour since; the
    other source lists it every three hours.

    Each counter belongs to the reading of its own source, whichever of the two it is.
    """
    front = dict.fromkeys([missing], 70)
    other = dict.fromkeys({"views", "comments"} - {missing}, 8)
    subject = article(
        "subject",
        reading(**front, at=SLOT - hours(6), source="front"),
        reading(**other, at=SLOT - hours(4.5), source="forum"),
        reading(**other, at=SLOT - hours(1.5), source="forum"),
        age=10,
    )
    newer = article("newer", *(reading(**front, at=SLOT - hours(hour), source="front") for hour in range(5, -1, -1)))
    found = candidate_with(subject, newer)
    states = {"views": found.views, "comments": found.comments}
    missed, listed = states.pop(missing), next(iter(states.values()))
    assert (missed and missed.value, missed and missed.age) == (70, 10)
    assert (listed and listed.value, listed and listed.age) == (8, 8.5)


def candidate_with(subject: Article, *others: Article) -> Candidate:
    """The candidate that the first of these articles is."""
    return count_all([subject, *others], SLOT)[1][0]


def test_count_all_each_counter_comes_from_the_source_with_its_highest_count() -> None:
    """Views from one source and comments from another."""
    readings = (reading(100, 1, source="one"), reading(90, 7, source="two"))
    (counted,), _ = count_all([article("a", *readings)], SLOT)
    assert (counted.views_source, counted.comments_source) == ("one", "two")
    assert (counted.views and counted.views.value, counted.comments and counted.comments.value) == (100, 7)


def test_count_at_slot_is_the_highest_of_the_sources_by_then() -> None:
    """What a source reports later does not count, nor one that never saw the counter."""
    readings = (
        *(reading(100, 1, source="one"), reading(90, 7, source="two"), reading(None, None, source="three")),
        reading(900, 70, source="two", at=SLOT + hours(1)),
    )
    found = [count_at_slot(readings, SLOT, counter) for counter in (attrgetter("views"), attrgetter("comments"))]
    assert [one and one.value for one in found] == [100, 7]
