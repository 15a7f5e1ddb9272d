"""The laboratory: replaying past days shows which formula chooses best, without looking into the future."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.evaluation.chart import drawn
from digest.evaluation.metrics import intervals, ndcg, precision, recalled, tau_b
from digest.evaluation.replay import Evaluated, Past, Plan, Read, evaluate
from digest.ranking.registry import FORMULAS

HOUR = 3600.0
START = datetime(2025, 3, 1, tzinfo=UTC).timestamp()
TWO = {name: FORMULAS[name] for name in ("raw", "expected")}
PLAN = Plan(formulas=TWO, hours=[time(7)], zone=ZoneInfo("UTC"), top=3, weight=0)


def usual(age: float) -> float:
    """The default curve, without its floor."""
    return float(1 - 2 ** (-age / 4))


def portal(days: int, seed: int = 1, *, growth_of: Callable[[float], float] = usual) -> list[Past]:
    """A portal of ten articles a day, read every hour for four days, that grow as `growth_of` says."""
    chance = Random(seed)
    made = []
    for number in range(days * 10):
        published = START + number * 2.4 * HOUR
        final = int(chance.lognormvariate(5, 1))
        ages = [float(hour) for hour in range(97)]
        reads = [Read(published + age * HOUR, int(final * growth_of(age)), None) for age in ages]
        made.append(Past.of(str(number), published, reads))
    return made


def found(past: Sequence[Past], plan: Plan = PLAN) -> Evaluated:
    """What the replay finds."""
    return evaluate(past, plan, lambda: Random(1))


def test_measures_by_hand() -> None:
    """Gains 3, 0, 2 in the order chosen, of which two are shown."""
    assert ndcg([3, 0, 2], 2) == pytest.approx(3 / (3 + 2 / math.log2(3)))
    assert ndcg([0, 0], 1) == 1
    assert precision([3, 0, 2], 2) == 0.5
    assert precision([1, 1, 1], 2) == 1
    assert recalled([3, 0, 2], [True, True, True], 2) == (1, 2)
    assert recalled([3, 0, 2], [True, True, False], 2) == (1, 1)
    assert tau_b([3, 0, 2]) == pytest.approx(1 / 3)
    assert tau_b([3, 2, 2, 1]) == pytest.approx(5 / math.sqrt(6 * 5))
    assert tau_b([2, 2]) == 0


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30), st.integers(1, 10))
def test_the_best_order_is_perfect(gains: list[int], top: int) -> None:
    """NDCG and precision are 1 for the order by gains, and never more; tau is 1 where no two are equal."""
    best = sorted(gains, reverse=True)
    assert ndcg(best, top) == pytest.approx(1)
    assert ndcg(gains, top) <= 1 + 1e-12
    assert precision(best, top) == 1
    if len(set(gains)) == len(gains):
        assert tau_b(best) == pytest.approx(1)
        assert tau_b(best[::-1]) == pytest.approx(-1)


def test_an_interval_holds_the_mean_and_repeats() -> None:
    """The same dice, the same interval; days that are all alike have none."""
    values = {"a": [0.1, 0.5, 0.3, 0.2], "b": [0.4] * 4}
    one, again = intervals(values, Random(7)), intervals(values, Random(7))
    assert one == again
    assert one["a"].low < one["a"].mean < one["a"].high
    assert one["b"] == pytest.approx((0.4, 0.4, 0.4))


def test_the_expected_count_chooses_better_where_articles_grow_as_it_says() -> None:
    """Perfectly, almost: nothing but rounding is left to chance."""
    marks = found(portal(40)).hours["07:00"]
    assert marks["expected"].ndcg.mean > 0.99 > marks["raw"].ndcg.mean
    gain = marks["expected"].gain
    assert gain is not None
    assert gain.low > 0
    assert marks["raw"].gain is None


def test_a_portal_of_another_rhythm_is_learned() -> None:
    """Where articles grow evenly over two days the default curve is wrong, and the portal's own is not."""
    slow = portal(60, growth_of=lambda age: min(age / 48, 1.0))
    learned, default = (found(slow, replace(PLAN, train=timedelta(days=days))) for days in (60, 0))
    assert learned.hours["07:00"]["expected"].ndcg.mean > default.hours["07:00"]["expected"].ndcg.mean + 0.005


def test_every_day_counts_that_has_enough_candidates() -> None:
    """Also the first; a day with as many articles as are shown is no choice."""
    past = portal(5)
    assert found(past, replace(PLAN, top=2)).civil_days == 6  # from the first morning to the last window
    assert found(past).civil_days == 5  # on the first morning there are three articles
    assert found(past, replace(PLAN, top=10)).civil_days == 0
    assert found([]).civil_days == 0


def test_nothing_after_the_hour_is_known() -> None:
    """Whatever is read later changes the truth alone: what was chosen, and from which curve, stays the same."""
    past = portal(20)
    day = 15
    slot = START + day * 24 * HOUR + 7 * HOUR
    chosen = _choice(past, slot)
    later = [
        Past.of(
            one.key,
            one.published,
            [
                Read(at, stood if at < slot else stood * 7, None)
                for at, stood in zip(one.views.times, one.views.stood, strict=True)
            ],
        )
        for one in past
    ]
    assert _choice(later, slot) == chosen


def _choice(past: Sequence[Past], slot: float) -> Any:
    """The scores of the day of that slot."""
    scores: list[Any] = []

    def spy(day: Any) -> Any:
        verdicts = FORMULAS["expected"](day)
        scores.append(verdicts.scores)
        return verdicts

    evaluate(past, replace(PLAN, formulas={"raw": FORMULAS["raw"], "spy": spy}), lambda: Random(1))
    first = datetime.fromtimestamp(past[0].published, UTC).replace(hour=7, minute=0, second=0).timestamp()
    days = round((slot - first) / (24 * HOUR))
    return scores[days - 1]  # the first morning has too few


def test_the_hour_stands_in_the_zone() -> None:
    """07:00 in Tokyo is 22:00 in London the day before."""
    past = portal(20)
    tokyo = found(past, replace(PLAN, zone=ZoneInfo("Asia/Tokyo")))
    london = found(past, replace(PLAN, hours=[time(22)]))
    assert tokyo.hours["07:00"]["raw"].ndcg.mean == pytest.approx(london.hours["22:00"]["raw"].ndcg.mean)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_formula_can_be_replayed(name: str) -> None:
    """With unknown counters too: here nobody ever told a comment, which decides alone."""
    plan = replace(PLAN, formulas={"raw": FORMULAS["raw"], name: FORMULAS[name]}, weight=1)
    marks = found(portal(6), plan).hours["07:00"][name]
    assert 0 <= marks.ndcg.low <= marks.ndcg.mean <= marks.ndcg.high <= 1


def test_the_picture_shows_every_formula_and_hour() -> None:
    """A well-formed SVG with a legend, the hours and a mark for each of them."""
    plan = replace(PLAN, formulas=FORMULAS, hours=[time(7), time(18)])
    picture = drawn(found(portal(8), plan), 3, "views")
    root = ET.fromstring(picture)
    texts = [one.text for one in root.iter() if one.text]
    assert {"07:00", "18:00", *FORMULAS} <= set(texts)
    assert sum(1 for one in root.iter("{http://www.w3.org/2000/svg}g")) == 2 * len(FORMULAS)
