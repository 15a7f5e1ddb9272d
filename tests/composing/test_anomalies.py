"""Anomalies: unmet expectations of sources, and unusual days; never a quiet Sunday."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.anomalies import find_anomalies, past_windows, span_text, unseen_anomalies
from digest.model.articles import DayStats, FieldCounts, Window
from digest.settings.sources import Expectation

SUNDAY, MONDAY = 6, 0
BERLIN = ZoneInfo("Europe/Berlin")


def days(*counts: int, last: int = MONDAY, views: float = 1.0) -> list[DayStats]:
    """The days before a day of the weekday `last`, the latest first; this share of the articles has views."""
    return [make_day(count, (last - back) % 7, round(count * views)) for back, count in enumerate(counts, 1)]


def make_day(count: int, weekday: int = MONDAY, views: int | None = None) -> DayStats:
    """A day with that many articles of one source."""
    return day_of(count, weekday, views=count if views is None else views, comments=0)


def day_of(count: int, weekday: int = MONDAY, **known: int) -> DayStats:
    """A day with that many articles of one source; the numbers say how many of them have each field."""
    return DayStats(weekday=weekday, articles=count, sources={"main": FieldCounts(items=count, known=known)})


def unmet(today: DayStats, age: timedelta | None = None, **table: Any) -> list[str]:
    """The anomalies of a source with these expectations."""
    return find_anomalies(today, [], {"main": Expectation.model_validate(table)}, {"main": age} if age else {})


def test_find_anomalies_few_articles_are_reported() -> None:
    """Three articles instead of forty, in the words that the operator reads."""
    assert find_anomalies(make_day(3), days(*[40] * 7), {}, {}) == ["3 articles, usually 40"]
    assert find_anomalies(make_day(0), days(*[40] * 7), {}, {}) == ["no articles, usually 40"]
    assert find_anomalies(make_day(9), days(*[40] * 7), {}, {}) == ["9 articles, usually 40"]
    assert find_anomalies(make_day(10), days(*[40] * 7), {}, {}) == []
    assert find_anomalies(make_day(1), days(*[8] * 7), {}, {}) == ["1 article, usually 8"]
    assert find_anomalies(make_day(2), days(*[8] * 7), {}, {}) == []


@given(st.lists(st.integers(0, 1000), max_size=6), st.integers(0, 1000))
def test_find_anomalies_new_installation_has_none(counts: list[int], today: int) -> None:
    """With fewer than seven previous days, nothing is unusual."""
    assert find_anomalies(make_day(today, views=0), days(*counts), {}, {}) == []


@given(st.lists(st.integers(0, 1000), min_size=7, max_size=28), st.integers(0, 1000), st.integers(0, 6))
def test_find_anomalies_day_like_its_weekday_has_none(counts: list[int], today: int, weekday: int) -> None:
    """A quiet Sunday is not unusual in the second week or later, however busy the other days are."""
    past = days(*counts, last=weekday)
    alike = sorted(day.articles for day in past if day.weekday == weekday)
    middle = alike[(len(alike) - 1) // 2] if alike else 0
    if today * 4 >= middle:
        assert find_anomalies(make_day(today, weekday), past, {}, {}) == []


def test_find_anomalies_quiet_sunday_in_second_week_has_none() -> None:
    """One previous Sunday is known, and it was as quiet."""
    week = [40, 40, 40, 40, 40, 12, 5]  # Saturday … back to the Sunday before
    assert find_anomalies(make_day(4, SUNDAY), days(*week, last=SUNDAY), {}, {}) == []
    assert find_anomalies(make_day(1, SUNDAY), days(*week, last=SUNDAY), {}, {}) == ["1 article, usually 5"]


def test_find_anomalies_small_portal_has_none() -> None:
    """With fewer than eight articles a day, an empty day happens by chance."""
    assert find_anomalies(make_day(0), days(*[7] * 28), {}, {}) == []


def test_find_anomalies_missing_comments_are_reported_like_views() -> None:
    """Each counter is compared with its own past days."""
    past = [day_of(20, weekday, views=0, comments=18) for weekday in range(7)]
    assert find_anomalies(day_of(20, views=0, comments=0), past, {}, {}) == [
        "source main: all comments unknown, usually 90% known"
    ]
    assert find_anomalies(day_of(20, views=20, comments=1), past, {}, {}) == []


def test_find_anomalies_missing_counters_are_reported() -> None:
    """All views unknown is unusual only if they are known on most days."""
    assert find_anomalies(make_day(20, views=0), days(*[20] * 7, views=0.9), {}, {}) == [
        "source main: all views unknown, usually 90% known"
    ]
    assert find_anomalies(make_day(20, views=1), days(*[20] * 7, views=0.9), {}, {}) == []
    assert find_anomalies(make_day(20, views=0), days(*[20] * 7, views=0.4), {}, {}) == []
    assert find_anomalies(make_day(20, views=0), days(*[20] * 7, views=0.5), {}, {}) == [
        "source main: all views unknown, usually 50% known"
    ]
    assert find_anomalies(make_day(2, views=0), days(*[2] * 7), {}, {}) == []
    assert find_anomalies(make_day(3, views=0), days(*[3] * 7), {}, {}) == [
        "source main: all views unknown, usually 100% known"
    ]


def test_find_anomalies_counters_of_a_new_source_are_not_compared() -> None:
    """Its own days count, once there are seven with articles; days before it are none."""
    before = [DayStats(weekday=day, articles=20) for day in range(7)]
    assert find_anomalies(make_day(20, views=0), [*days(*[20] * 6), *before], {}, {}) == []
    assert len(find_anomalies(make_day(20, views=0), [*days(*[20] * 7), *before], {}, {})) == 1


@pytest.mark.parametrize(
    ("table", "age", "messages"),
    [
        ({"items": 5}, None, ["source main: 4 articles, expected at least 5"]),
        ({"items": 4}, None, []),
        (
            {"fresh": "24h"},
            timedelta(days=3),
            ["source main: the newest article is 3 days old, expected one from the last 24 h"],
        ),
        ({"fresh": "24h"}, timedelta(hours=24), []),
        ({"fresh": "30m"}, None, ["source main: no articles, expected one from the last 30 min"]),
        ({"fields": ["views", "comments"]}, None, ["source main: comments missing in 4 of 4 articles"]),
        ({"fields": ["comments"]}, None, ["source main: comments missing in 4 of 4 articles"]),
        ({}, None, []),
    ],
)
def test_find_anomalies_unmet_expectations_are_reported(
    table: Mapping[str, Any], age: timedelta | None, messages: list[str]
) -> None:
    """Each is a phrase, also in a new installation."""
    assert unmet(make_day(4), age, **table) == messages


def test_find_anomalies_source_without_articles_misses_no_field() -> None:
    """Only the number of articles is reported."""
    today = DayStats(weekday=MONDAY, articles=0)
    expected = ["source main: no articles, expected at least 1"]
    assert unmet(today, items=1, fields=["views"]) == expected


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5000), st.integers(0, 5000))
def test_unseen_anomalies_with_other_figures_are_those_with_fewer_articles(
    before: int, now: int, minutes: int, later: int
) -> None:
    """An approval holds while articles arrive and the newest one gets older; each kind of anomaly is tried."""
    expected = {"items": 20, "fresh": "30s", "fields": ["views"]}
    ages = [timedelta(minutes=minutes), timedelta(minutes=minutes + later)]
    seen, found = (
        [*unmet(make_day(count, views=0), age if count else None, **expected), *few_articles(count)]
        for count, age in zip((before, now), ages, strict=True)
    )
    unseen = unseen_anomalies(found, seen)
    if now < before:
        assert {f"{numbered(now)}, usually 40", f"source main: {numbered(now)}, expected at least 20"} <= {*unseen}
    elif before:
        assert unseen == ()
    assert unseen_anomalies(seen, seen) == ()


def test_unseen_anomalies_of_another_source_or_kind_are_all() -> None:
    """A source that fails, or another source with the same fault, is something else."""
    seen = ["source a: 3 articles, expected at least 5", "3 articles, usually 40"]
    others = (
        "source a failed",
        "source b: 3 articles, expected at least 5",
        "source a: all views unknown, usually 93% known",
        "4 articles, usually 50",
    )
    assert unseen_anomalies([*seen, *others], seen) == others


def few_articles(count: int) -> list[str]:
    """The anomalies of a day with that many articles instead of forty."""
    return find_anomalies(make_day(count), days(*[40] * 7), {}, {})


def numbered(count: int) -> str:
    """That many articles in the words of anomalies."""
    return few_articles(count)[0].partition(",")[0]


def test_past_windows_have_the_same_hours() -> None:
    """Also across a clock change; none began before the first sighting."""
    end = datetime(2026, 3, 30, 7, tzinfo=BERLIN).astimezone(UTC)
    window = Window(start=end - timedelta(hours=24), end=end)
    assert past_windows(window, BERLIN, None) == []
    past = past_windows(window, BERLIN, datetime(2026, 3, 20, tzinfo=UTC))
    assert len(past) == 9
    assert {one.end.astimezone(BERLIN).hour for one in past} == {7}
    assert len(past_windows(window, BERLIN, datetime(2025, 1, 1, tzinfo=UTC))) == 28
    assert past[0].end.astimezone(BERLIN).day == 29
    first = past[-1].start
    assert len(past_windows(window, BERLIN, first)) == 9
    assert len(past_windows(window, BERLIN, first + timedelta(seconds=1))) == 8


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(hours=73), "3 days"),
        (timedelta(hours=48), "2 days"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=1), "1 h"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(seconds=30), "0 min"),
    ],
)
def test_span_text_is_in_the_largest_whole_unit(span: timedelta, text: str) -> None:
    """Days from two on, hours from one on."""
    assert span_text(span) == text
