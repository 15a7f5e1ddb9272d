"""Counters at the slot: the pace from the reading some hours earlier, and the source that missed an article."""

from itertools import permutations
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


@pytest.mark.parametrize(
    ("interval", "since", "age"),
    [(1, 1.2, 8.8), (1, 1.25, 8.75), (1, 1.3, 10), (1, 2.9, 10), (0.5, 0.6, 9.4), (0.5, 0.75, 10), (2, 2.4, 7.6)],
)
def test_count_all_article_is_missed_after_one_and_a_quarter_intervals(
    interval: float, since: float, age: float
) -> None:
    """The source lists articles at intervals, and was visited again at the slot: whether it lists this one no more."""
    subject = article("subject", reading(70, at=SLOT - hours(since)), age=10)
    visits = [SLOT - hours(interval * number) for number in (4, 3, 2, 1, 0)]
    newer = [article(name, *(reading(5, at=at) for at in visits)) for name in "ab"]
    rare = article("rare", reading(5, at=SLOT - hours(9)), reading(5, at=SLOT - hours(1)))
    found = candidate_with(subject, rare, *newer).views
    assert found == pytest.approx((70, age, 70 / (10 - since)))


def test_count_all_article_read_twice_tells_the_interval() -> None:
    """A source that is visited every four hours has not missed an article after one or two of them."""
    newer = article("newer", reading(5, at=SLOT - hours(4)), reading(5))
    for since, age in ((4, 6), (6, 10)):
        found = candidate_with(article("subject", reading(70, at=SLOT - hours(since)), age=10), newer)
        assert found.views is not None
        assert found.views.age == age


def test_count_all_readings_after_the_slot_change_nothing() -> None:
    """A past issue is computed again as it was, also where the first reading had no views."""
    by_slot = [reading(at=SLOT - hours(2.5)), reading(10, at=SLOT - hours(2))]
    later = [reading(90, at=SLOT + hours(part / 10)) for part in range(1, 9)]
    assert candidate_of(*by_slot, *later) == candidate_of(*by_slot) == Candidate(10, CounterState(10, 8, 1.25), None)


def test_count_all_of_readings_in_any_order_is_the_same() -> None:
    """The last by time counts, and not the last in the list."""
    readings = [reading(40, 4, at=SLOT - hours(3)), reading(90, 9, at=SLOT - hours(1)), reading(100, 10)]
    found = {candidate_of(*order) for order in permutations(readings)}
    assert found == {Candidate(10, CounterState(100, 10, 20), CounterState(10, 10, 2))}


def test_count_all_counter_that_fell_keeps_its_maximum_at_the_last_reading() -> None:
    """Also three hours before; of two sources with the same count that with the later reading counts."""
    fell = [reading(60, at=SLOT - hours(8)), reading(40, at=SLOT - hours(5)), reading(90, at=SLOT - hours(2))]
    last = reading(30, at=SLOT - hours(1))
    other = reading(90, at=SLOT - hours(4), source="beside")
    (counted,), (found,) = count_all([article("a", *fell, last, other, age=10)], SLOT)
    assert (counted.views_source, counted.earlier_views) == ("main", 60)
    assert found.views == CounterState(90, 9, 10)


def test_count_all_source_without_readings_by_the_slot_counts_its_first_later_one() -> None:
    """At the age of that reading, with the pace of the lifetime: nothing shows that the article was missed."""
    later = [reading(30, at=SLOT + hours(2)), reading(900, at=SLOT + hours(9))]
    assert candidate_of(*later).views == CounterState(30, 12, 2.5)


def test_count_all_young_article_gains_as_one_of_half_an_hour() -> None:
    """A reading some seconds after the publication says little about an hour."""
    assert candidate_of(reading(10), age=0.1).views == pytest.approx((10, 0.1, 20))


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
