"""Judges whether an issue looks wrong: against what its sources were stated to give, and against the days before. Pure.

Stated (`expect` of a source): too few of its articles in the window, the newest one too old, a field that none has.

Without any statement, once there are seven whole days before:
- too few articles: fewer than a quarter of the median day, and of the median of the same weekday (the lower of two);
- a source none of whose three or more articles has views (or comments), while on the median day half of them have.

So a new installation is never judged, and a Sunday only by Sundays too. Days before the first sight of anything do not
count; nor does a portal of fewer than eight articles a day, where chance alone makes such days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, median_low
from zoneinfo import ZoneInfo

from digest.model.articles import FieldCounts, Window
from digest.settings.sources import Expectation

FURTHEST = 28  # days back that are looked at: four of each weekday

_ENOUGH_DAYS = 7
_ENOUGH_ARTICLES = 8
_ENOUGH_OF_A_SOURCE = 3
_FEW = 0.25
_USUAL = 0.5
_COUNTERS = ("views", "comments")


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStats:
    """The articles of one window, whose last day has that number in the week (Monday 0), and each source's share."""

    weekday: int
    articles: int
    sources: Mapping[str, FieldCounts] = field(default_factory=dict)


def past_windows(window: Window, zone: ZoneInfo, since: datetime | None) -> list[Window]:
    """The same window of each day before, the latest first; none that began before `since`, the first sight of all."""
    if since is None:
        return []
    windows = (
        Window(start=_civil_days_before(window.start, days, zone), end=_civil_days_before(window.end, days, zone))
        for days in range(1, FURTHEST + 1)
    )
    return [earlier for earlier in windows if earlier.start >= since]


def judge(
    today: DayStats,
    past: Sequence[DayStats],
    expected: Mapping[str, Expectation],
    ages: Mapping[str, timedelta | None],
) -> list[str]:
    """Why the issue looks wrong, a phrase each; empty where it looks as it should.

    `expected` are the statements by source, `ages` how old each source's newest article is (None: it has none).
    """
    stated = [
        says
        for name, expectation in expected.items()
        for says in _unmet(name, expectation, today.sources.get(name, FieldCounts(items=0)), ages.get(name))
    ]
    return stated + (_unusual(today, past) if len(past) >= _ENOUGH_DAYS else [])


def _unmet(name: str, expectation: Expectation, given: FieldCounts, age: timedelta | None) -> list[str]:
    says = []
    if expectation.items is not None and given.items < expectation.items:
        says.append(f"source {name}: {_articles(given.items)}, expected at least {expectation.items}")
    if expectation.fresh is not None and (age is None or age > expectation.fresh):
        newest = "it has none" if age is None else f"the newest is {_span(age)} old"
        says.append(f"source {name}: {newest}, expected one of the last {_span(expectation.fresh)}")
    if given.items:
        missing = [word for word in expectation.fields if not given.told.get(word)]
        says += [f"source {name}: {word} is missing in all of {_articles(given.items)}" for word in missing]
    return says


def _unusual(today: DayStats, past: Sequence[DayStats]) -> list[str]:
    usual = median_low(day.articles for day in past)
    alike = [day.articles for day in past if day.weekday == today.weekday]
    says = []
    if usual >= _ENOUGH_ARTICLES and alike and today.articles < _FEW * min(usual, median_low(alike)):
        says.append(f"{_articles(today.articles)}, usually {min(usual, median_low(alike))}")
    for name, given in sorted(today.sources.items()):
        says += [
            f"source {name}: all {counter} unknown, usually {share:.0%} are told"
            for counter in _COUNTERS
            if given.items >= _ENOUGH_OF_A_SOURCE
            and not given.told.get(counter)
            and (share := _usual_share(name, counter, past)) >= _USUAL
        ]
    return says


def _usual_share(name: str, counter: str, past: Sequence[DayStats]) -> float:
    known = [one for day in past if (one := day.sources.get(name)) and one.items]
    shares = [one.told.get(counter, 0) / one.items for one in known]
    return median(shares) if len(shares) >= _ENOUGH_DAYS else 0.0


def _articles(number: int) -> str:
    return "1 article" if number == 1 else f"{number or 'no'} articles"


def _span(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{span.days} days" if hours >= 48 else f"{hours} h" if hours else f"{span // timedelta(minutes=1)} min"


def _civil_days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=zone).astimezone(moment.tzinfo)
