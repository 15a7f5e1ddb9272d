"""Thinned readings: how many stay, and that counters at slots, repeated thinning and growth curves stay the same."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from operator import attrgetter
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.evaluation.replay import ReplayArticle, ReplayReading, evaluate
from digest.model.articles import Counters, Reading
from digest.ranking.counters_at_slot import count_all, count_at_slot
from digest.ranking.growth import ArticleGrowth, GrowthHistory, article_growth, average_readings, learn_curves
from digest.ranking.thinning import DatedCounters, Thinning
from tests.support.articles import article
from tests.support.replay import REPLAY

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
KEPT = timedelta(days=60)
HOURS = (time(7), time(18, 30))


def thinning(now: datetime = NOW, hours: Sequence[time] = HOURS) -> Thinning:
    """What is kept at a moment for the editions of these tests."""
    return Thinning.at(now, KEPT, hours, BERLIN)


def thinned(readings: Sequence[DatedCounters], by: Thinning) -> list[DatedCounters]:
    """The readings that stay."""
    surplus = set(by.surplus(readings))
    return [one for one in readings if one.taken_at not in surplus]


def rising(start: datetime, every: timedelta, number: int) -> list[DatedCounters]:
    """Readings at an interval, with counters that rise."""
    return [DatedCounters(start + every * turn, (turn * 10, turn, None)) for turn in range(number)]


def counters_of(values: Sequence[int | None]) -> Counters:
    """Views, comments and rating."""
    views, comments, rating = values
    return Counters(views=views, comments=comments, rating=rating)


def as_readings(rows: Sequence[DatedCounters]) -> list[Reading]:
    """The same readings as ranking knows them."""
    return [Reading(source="main", taken_at=at, counters=counters_of(values)) for at, values in rows]


counts = st.one_of(st.none(), st.integers(0, 9))  # small, so that maxima repeat and counters fall
minutes_ago = st.lists(st.integers(-60 * 24, 80 * 24 * 60), min_size=1, max_size=60, unique=True)


@st.composite
def series(draw: st.DrawFn) -> list[DatedCounters]:
    """The readings of one article by one source over up to eighty days, some of them exactly at slots."""
    ago = sorted(draw(minutes_ago), reverse=True)
    return [DatedCounters(NOW - timedelta(minutes=one), (draw(counts), draw(counts), draw(counts))) for one in ago]


def test_thinning_of_old_readings_keeps_an_hour_a_day_and_the_last() -> None:
    """A visit every quarter of an hour: all of 3 days, 24 a day to 14 days, then two for each slot, and the last."""
    readings = rising(NOW - timedelta(days=80) + timedelta(minutes=4), timedelta(minutes=15), 80 * 96)
    kept = [NOW - one.taken_at for one in thinned(readings, thinning(hours=(time(7),)))]

    def between(younger: float, older: float) -> int:
        return sum(timedelta(days=younger) < age <= timedelta(days=older) for age in kept)

    assert between(-1, 3) == 3 * 96
    assert 11 * 24 <= between(3, 14) <= 11 * 27  # an hour is divided at the slot, before it and three hours before
    assert 46 * 2 <= between(14, 60) <= 46 * 2 + 2
    assert between(60, 80) == 1


def test_thinning_of_an_old_article_keeps_its_final_reading() -> None:
    """Of readings older than the retention one stays, whatever their number."""
    readings = rising(NOW - timedelta(days=100), timedelta(hours=1), 72)
    assert thinned(readings, thinning()) == [readings[-1]]


def test_thinning_of_a_counter_that_fell_keeps_its_maximum() -> None:
    """The highest value counts at the slot, and so does the moment of the last reading."""
    start = NOW - timedelta(days=90)
    readings = [DatedCounters(start + timedelta(hours=hour), (views,)) for hour, views in enumerate((1, 50, 50, 3))]
    assert thinned(readings, thinning()) == [readings[2], readings[3]]


@given(series())
def test_thinning_twice_is_thinning_once(readings: list[DatedCounters]) -> None:
    """What is thinned stays as it is."""
    once = thinned(readings, thinning())
    assert thinned(once, thinning()) == once


@given(series(), st.integers(0, 50 * 24 * 60))
def test_thinning_in_steps_gives_what_thinning_at_the_end_gives(readings: list[DatedCounters], minutes: int) -> None:
    """No earlier run of the retention takes away what a later one would have kept."""
    earlier = thinning(NOW - timedelta(minutes=minutes))
    by_then = [one for one in readings if one.taken_at <= earlier.now]
    later = readings[len(by_then) :]
    assert thinned([*thinned(by_then, earlier), *later], thinning()) == thinned(readings, thinning())


@given(series())
@example([DatedCounters(NOW - timedelta(days=age), (count,) * 3) for age, count in ((9, 5), (8, None))])
def test_thinning_keeps_the_final_reading_and_the_highest_values(readings: list[DatedCounters]) -> None:
    """Final counts are the same for ever."""
    kept = thinned(readings, thinning())
    assert kept[-1] == readings[-1]
    for counter in range(3):
        found = [[one.counters[counter] or 0 for one in rows] for rows in (readings, kept)]
        assert max(found[0]) == max(found[1])


@given(series(), st.integers(0, 60), st.sampled_from(HOURS))
@example(rising(datetime(2026, 11, 5, 2, tzinfo=UTC), timedelta(hours=1), 6), 20, HOURS[0])  # one at the slot
def test_counters_at_a_slot_after_thinning_are_the_same(readings: list[DatedCounters], days: int, hour: time) -> None:
    """Value, moment of the reading and pace at each slot of the retention, as ranking finds them."""
    slot = datetime.combine((NOW - timedelta(days=days)).date(), hour, BERLIN).astimezone(UTC)
    recent = [one for one in readings if one.taken_at > NOW - KEPT]
    before, after = as_readings(recent), as_readings(thinned(recent, thinning()))
    for name in ("views", "comments", "rating"):
        at_slot = [count_at_slot(rows, slot, attrgetter(name)) for rows in (before, after)]
        assert at_slot[0] == at_slot[1]
    candidates = [count_all([article("a", *rows, age=2000)], slot)[1][0] for rows in (before, after)]
    paces = [[one and one.pace for one in (found.views, found.comments)] for found in candidates]
    assert paces[0] == paces[1]


@pytest.mark.parametrize(("seed", "half_life", "minutes"), [(1, 2.0, 30), (2, 4.0, 60), (3, 8.0, 30)])
def test_growth_curve_after_thinning_is_about_the_same(seed: int, half_life: float, minutes: int) -> None:
    """The share of the final count at any age differs by at most 0.06, from 300 articles of fifty days."""
    random = Random(seed)
    before: list[ArticleGrowth] = []
    after: list[ArticleGrowth] = []
    for _number in range(300):
        published = NOW - timedelta(days=random.uniform(4, 54))
        final, own = random.lognormvariate(6, 1), half_life * random.lognormvariate(0, 0.2)
        steps = range(1, 72 * 60 // minutes)
        ages = [(turn * minutes - random.uniform(0, minutes)) / 60 for turn in steps]
        shares = accumulate((1 - math.exp2(-age / own) for age in ages), max)
        rows = [
            DatedCounters(published + timedelta(hours=age), (round(final * share),))
            for age, share in zip(ages, shares, strict=True)
        ]
        for found, kept in ((before, rows), (after, thinned(rows, thinning(hours=(time(7),))))):
            hours = (((one.taken_at - published) / timedelta(hours=1), one.counters[0] or 0) for one in kept)
            grown = article_growth(
                published.timestamp(), max(one.counters[0] or 0 for one in kept), average_readings(hours)
            )
            assert grown is not None
            found.append(grown)
    slot = datetime.combine(NOW.date(), time(7), BERLIN).timestamp()
    full, thin = (learn_curves(GrowthHistory(views=one), slot, half_life).views for one in (before, after))
    assert max(abs(full.share(age / 2) - thin.share(age / 2)) for age in range(1, 145)) <= 0.06


def replayed(readings: Sequence[Sequence[DatedCounters]]) -> dict[str, float]:
    """The NDCG of each formula over the days of these articles, which were published at their first reading."""
    articles = [
        ReplayArticle.from_readings(
            str(number),
            (rows[0].taken_at - timedelta(minutes=10)).timestamp(),
            [ReplayReading(one.taken_at.timestamp(), one.counters[0], None) for one in rows],
        )
        for number, rows in enumerate(readings)
    ]
    plan = replace(REPLAY, zone=BERLIN)
    found = evaluate(articles, plan, lambda: Random(1))
    return {name: marks.ndcg.mean for name, marks in found.hours["07:00"].items()}


@pytest.mark.parametrize(("listed", "at_slots"), [(72, False), (6, False), (6, True)])
def test_evaluation_after_thinning_finds_the_same(listed: int, *, at_slots: bool) -> None:
    """Formulas without a curve get the same marks to the last digit, that with one within 0.003; for a source that
    lists articles for long, for one that drops them after hours, and for readings exactly at slots.
    """
    random = Random(listed)
    articles = []
    for _number in range(500):
        start, final = NOW - timedelta(days=random.uniform(1, 35)), random.lognormvariate(6, 1)
        start = start.replace(minute=30, second=0, microsecond=0) if at_slots else start
        number = min(listed * 2, int((NOW - start) / timedelta(minutes=30)))
        ages = [turn / 2 for turn in range(number)]
        own = 4 * random.lognormvariate(0, 0.3)
        articles.append(
            [
                DatedCounters(start + timedelta(hours=age), (round(final * (1 - math.exp2(-(age + 0.2) / own))),))
                for age in ages
            ]
        )
    by = thinning(hours=(time(7),))
    before, after = replayed(articles), replayed([thinned(rows, by) for rows in articles])
    assert abs(before.pop("expected") - after.pop("expected")) <= 0.003
    assert before == after
