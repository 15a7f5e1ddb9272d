"""Evaluation: replaying past days shows which formula ranks best, without looking into the future."""

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

from digest.evaluation.chart import render_chart
from digest.evaluation.metrics import Interval, intervals, ndcg, precision, recall, tau_b
from digest.evaluation.replay import (
    EvaluationResult,
    FormulaMetrics,
    ReplayArticle,
    ReplayReading,
    ReplaySettings,
    evaluate,
)
from digest.ranking.registry import FORMULAS
from tests.support.replay import REPLAY

HOUR = 3600.0
START = datetime(2025, 3, 1, tzinfo=UTC).timestamp()
TWO = {name: FORMULAS[name] for name in ("raw", "expected")}
SETTINGS = replace(REPLAY, formulas=TWO, top=3, weight=0)


def bounds(interval: Interval) -> tuple[float, float]:
    """The ends of an interval of several days."""
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


def usual(age: float) -> float:
    """The default curve, without its floor."""
    return float(1 - 2 ** (-age / 4))


def portal(days: int, *, growth_of: Callable[[float], float] = usual) -> list[ReplayArticle]:
    """A portal of ten articles a day, read every hour for four days, that grow as `growth_of` says."""
    random = Random(1)
    made = []
    for number in range(days * 10):
        published = START + number * 2.4 * HOUR
        final = int(random.lognormvariate(5, 1))
        ages = [float(hour) for hour in range(97)]
        readings = [ReplayReading(published + age * HOUR, int(final * growth_of(age)), None) for age in ages]
        made.append(ReplayArticle.from_readings(str(number), published, readings))
    return made


def evaluated(past: Sequence[ReplayArticle], settings: ReplaySettings = SETTINGS) -> EvaluationResult:
    """The result of the replay."""
    return evaluate(past, settings, lambda: Random(1))


def test_metrics_known_order_gives_values_by_hand() -> None:
    """Gains 3, 0, 2 in the chosen order, two of them shown."""
    assert ndcg([3, 0, 2], 2) == pytest.approx(3 / (3 + 2 / math.log2(3)))
    assert ndcg([0, 0], 1) == 1
    assert precision([3, 0, 2], 2) == 0.5
    assert precision([1, 1, 1], 2) == 1
    assert recall([3, 0, 2], [True, True, True], 2) == (1, 2)
    assert recall([3, 0, 2], [True, True, False], 2) == (1, 1)
    assert tau_b([3, 0, 2]) == pytest.approx(1 / 3)
    assert tau_b([3, 2, 2, 1]) == pytest.approx(5 / math.sqrt(6 * 5))
    assert tau_b([2, 2]) == 0


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30), st.integers(1, 10))
def test_metrics_best_order_is_perfect(gains: list[int], top: int) -> None:
    """NDCG and precision are 1 for the order by gains and never more; tau is 1 if no two gains are equal."""
    best = sorted(gains, reverse=True)
    assert ndcg(best, top) == pytest.approx(1)
    assert ndcg(gains, top) <= 1 + 1e-12
    assert precision(best, top) == 1
    if len(set(gains)) == len(gains):
        assert tau_b(best) == pytest.approx(1)
        assert tau_b(best[::-1]) == pytest.approx(-1)


def test_intervals_contain_the_mean_and_are_reproducible() -> None:
    """The same seed gives the same interval; equal days give an interval of one point."""
    values = {"a": [0.1, 0.5, 0.3, 0.2], "b": [0.4] * 4}
    one, again = intervals(values, Random(7)), intervals(values, Random(7))
    assert one == again
    low, high = bounds(one["a"])
    assert low < one["a"].mean < high
    assert one["b"] == pytest.approx((0.4, 0.4, 0.4))


def test_intervals_of_one_day_are_unknown() -> None:
    """One day shows nothing about how days differ."""
    assert intervals({"a": [0.3]}, Random(7)) == {"a": Interval(0.3, None, None)}


def test_evaluate_expected_beats_raw_if_articles_grow_like_the_curve() -> None:
    """Almost perfect: only rounding is left."""
    metrics = evaluated(portal(40)).hours["07:00"]
    assert metrics["expected"].ndcg.mean > 0.99 > metrics["raw"].ndcg.mean
    gain = metrics["expected"].gain
    assert gain is not None
    assert bounds(gain)[0] > 0
    assert metrics["raw"].gain is None


def test_evaluate_learned_curve_beats_the_default_on_slow_growth() -> None:
    """If articles grow evenly over two days, the default curve is wrong and the learned curve is not."""
    slow = portal(60, growth_of=lambda age: min(age / 48, 1.0))
    learn_curves, default = (evaluated(slow, replace(SETTINGS, train=timedelta(days=days))) for days in (60, 0))
    assert learn_curves.hours["07:00"]["expected"].ndcg.mean > default.hours["07:00"]["expected"].ndcg.mean + 0.005


def test_evaluate_counts_days_with_enough_candidates() -> None:
    """Also the first day; a day with at most `top` articles leaves no choice."""
    past = portal(5)
    assert evaluated(past, replace(SETTINGS, top=2)).civil_days == 6  # from the first morning to the last window
    assert evaluated(past).civil_days == 5  # on the first morning there are three articles
    assert evaluated(past, replace(SETTINGS, top=10)).civil_days == 0
    assert evaluated([]).civil_days == 0


def test_evaluate_later_readings_do_not_change_the_scores_at() -> None:
    """Readings after the slot change the final counts alone, not the scores or the curve."""
    past = portal(20)
    day = 15
    slot = START + day * 24 * HOUR + 7 * HOUR
    chosen = _scores_at(past, slot)
    later = [
        ReplayArticle.from_readings(
            one.key,
            one.published,
            [
                ReplayReading(at, count if at < slot else count * 7, None)
                for at, count in zip(one.views.times, one.views.values, strict=True)
            ],
        )
        for one in past
    ]
    assert _scores_at(later, slot) == chosen


def _scores_at(past: Sequence[ReplayArticle], slot: float) -> Any:
    """The scores of the day of that slot."""
    scores: list[Any] = []

    def spy(data: Any) -> Any:
        found = FORMULAS["expected"](data)
        scores.append(found.values)
        return found

    evaluate(past, replace(SETTINGS, formulas={"raw": FORMULAS["raw"], "spy": spy}), lambda: Random(1))
    first = datetime.fromtimestamp(past[0].published, UTC).replace(hour=7, minute=0, second=0).timestamp()
    days = round((slot - first) / (24 * HOUR))
    return scores[days - 1]  # the first morning has too few


def test_evaluate_hour_is_in_the_zone() -> None:
    """07:00 in Tokyo is 22:00 in London the day before."""
    past = portal(20)
    tokyo = evaluated(past, replace(SETTINGS, zone=ZoneInfo("Asia/Tokyo")))
    london = evaluated(past, replace(SETTINGS, hours=[time(22)]))
    assert tokyo.hours["07:00"]["raw"].ndcg.mean == pytest.approx(london.hours["22:00"]["raw"].ndcg.mean)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_evaluate_any_formula_can_be_replayed(name: str) -> None:
    """Also with unknown counters: comments are unknown here and decide alone."""
    settings = replace(SETTINGS, formulas={"raw": FORMULAS["raw"], name: FORMULAS[name]}, weight=1)
    metrics = evaluated(portal(6), settings).hours["07:00"][name]
    low, high = bounds(metrics.ndcg)
    assert 0 <= low <= metrics.ndcg.mean <= high <= 1


def test_render_chart_of_one_day_has_points_without_intervals() -> None:
    """The points are where the means are, and the heading says so."""
    one_day = FormulaMetrics(
        ndcg=Interval(0.8, None, None), precision=1.0, tau=1.0, young_recall=None, gain=Interval(0.1, None, None)
    )
    chart = render_chart(
        EvaluationResult(hours={"07:00": {"raw": one_day}}, days={"07:00": 1}, civil_days=1), 3, "views"
    )
    groups = ET.fromstring(chart).findall("{*}g")
    assert [child.tag.partition("}")[2] for child in groups[0]] == ["title", "circle", "text"]
    assert "1 day, without an interval" in chart


def test_render_chart_shows_every_formula_and_hour() -> None:
    """Well-formed SVG with a legend, the hours and a point for each."""
    settings = replace(SETTINGS, formulas=FORMULAS, hours=[time(7), time(18)])
    chart = render_chart(evaluated(portal(8), settings), 3, "views")
    root = ET.fromstring(chart)
    texts = [one.text for one in root.iter() if one.text]
    assert {"07:00", "18:00", *FORMULAS} <= set(texts)
    assert sum(1 for one in root.iter("{http://www.w3.org/2000/svg}g")) == 2 * len(FORMULAS)
