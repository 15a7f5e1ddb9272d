"""What looks wrong: against what sources state, and against the days before; never for a quiet Sunday."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.anomalies import DayStats, judge, past_windows
from digest.model.articles import FieldCounts, Window
from digest.settings.sources import Expectation

SUNDAY, MONDAY = 6, 0
BERLIN = ZoneInfo("Europe/Berlin")


def days(*counts: int, last: int = MONDAY, views: float = 1.0) -> list[DayStats]:
    """The days before a day of that number in the week, the latest first, with views of that share of the articles."""
    return [a_day(count, (last - back) % 7, round(count * views)) for back, count in enumerate(counts, 1)]


def a_day(count: int, weekday: int = MONDAY, views: int | None = None) -> DayStats:
    """A day with so many articles of one source."""
    told = {"views": count if views is None else views, "comments": 0}
    return DayStats(weekday=weekday, articles=count, sources={"main": FieldCounts(items=count, told=told)})


def stated(today: DayStats, age: timedelta | None = None, **table: Any) -> list[str]:
    """The judgement of what the source states."""
    return judge(today, [], {"main": Expectation.model_validate(table)}, {"main": age} if age else {})


def test_three_articles_where_forty_are_usual() -> None:
    """The sentence that an operator reads."""
    assert judge(a_day(3), days(*[40] * 7), {}, {}) == ["3 articles, usually 40"]
    assert judge(a_day(0), days(*[40] * 7), {}, {}) == ["no articles, usually 40"]
    assert judge(a_day(11), days(*[40] * 7), {}, {}) == []


@given(st.lists(st.integers(0, 1000), max_size=6), st.integers(0, 1000))
def test_a_new_installation_is_never_judged(counts: list[int], today: int) -> None:
    """With fewer than seven days before, nothing is unusual."""
    assert judge(a_day(today, views=0), days(*counts), {}, {}) == []


@given(st.lists(st.integers(0, 1000), min_size=7, max_size=28), st.integers(0, 1000), st.integers(0, 6))
def test_a_day_that_is_like_the_same_weekdays_is_not_unusual(counts: list[int], today: int, weekday: int) -> None:
    """A quiet Sunday is held neither in the second week nor later, however busy the other days are."""
    past = days(*counts, last=weekday)
    alike = sorted(day.articles for day in past if day.weekday == weekday)
    middle = alike[(len(alike) - 1) // 2] if alike else 0
    if today * 4 >= middle:
        assert judge(a_day(today, weekday), past, {}, {}) == []


def test_a_quiet_sunday_in_the_second_week() -> None:
    """One Sunday is known, and it was as quiet."""
    week = [40, 40, 40, 40, 40, 12, 5]  # Saturday … back to the Sunday before
    assert judge(a_day(4, SUNDAY), days(*week, last=SUNDAY), {}, {}) == []
    assert judge(a_day(1, SUNDAY), days(*week, last=SUNDAY), {}, {}) == ["1 article, usually 5"]


def test_small_portals_have_quiet_days() -> None:
    """Below eight articles a day chance alone makes a day without any."""
    assert judge(a_day(0), days(*[7] * 28), {}, {}) == []


def test_counters_that_are_usually_told() -> None:
    """All views unknown is unusual where they are told on most days, and not where they never are."""
    assert judge(a_day(20, views=0), days(*[20] * 7, views=0.9), {}, {}) == [
        "source main: all views unknown, usually 90% are told"
    ]
    assert judge(a_day(20, views=1), days(*[20] * 7, views=0.9), {}, {}) == []
    assert judge(a_day(20, views=0), days(*[20] * 7, views=0.4), {}, {}) == []
    assert judge(a_day(2, views=0), days(*[2] * 7), {}, {}) == []


@pytest.mark.parametrize(
    ("table", "age", "says"),
    [
        ({"items": 5}, None, ["source main: 4 articles, expected at least 5"]),
        ({"items": 4}, None, []),
        ({"fresh": "24h"}, timedelta(days=3), ["source main: the newest is 3 days old, expected one of the last 24 h"]),
        ({"fresh": "24h"}, timedelta(hours=24), []),
        ({"fresh": "30m"}, None, ["source main: it has none, expected one of the last 30 min"]),
        ({"fields": ["views", "comments"]}, None, ["source main: comments is missing in all of 4 articles"]),
        ({}, None, []),
    ],
)
def test_what_a_source_states(table: Mapping[str, Any], age: timedelta | None, says: list[str]) -> None:
    """Each statement that does not hold is a phrase, also in a new installation."""
    assert stated(a_day(4), age, **table) == says


def test_a_source_that_gave_nothing() -> None:
    """Its fields are not missed, for it has no article that could lack them."""
    today = DayStats(weekday=MONDAY, articles=0)
    expected = ["source main: no articles, expected at least 1"]
    assert stated(today, items=1, fields=["views"]) == expected


def test_past_windows_are_the_same_hours_of_the_days_before() -> None:
    """Also over a change of the clocks; none that began before the first sight of all."""
    end = datetime(2026, 3, 30, 7, tzinfo=BERLIN).astimezone(UTC)
    window = Window(start=end - timedelta(hours=24), end=end)
    assert past_windows(window, BERLIN, None) == []
    past = past_windows(window, BERLIN, datetime(2026, 3, 20, tzinfo=UTC))
    assert len(past) == 9
    assert {one.end.astimezone(BERLIN).hour for one in past} == {7}
    assert len(past_windows(window, BERLIN, datetime(2025, 1, 1, tzinfo=UTC))) == 28
