"""Finds what looks wrong in an issue, from the expectations of its sources and from previous days. Pure.

Expectations (`expect` of a source): too few of its articles in the window, the newest one too old, a field that none of
them has.

Compared with the previous days, once there are seven whole ones:
- too few articles: fewer than a quarter of the median day, and of the median of the same weekday (the lower of two);
- a source with three or more articles of which none has views (or comments), although half of them have on the median
  day.

So a new installation has no such anomalies, and a Sunday is compared with Sundays too. Days before the first sighting
of any article do not count. Neither do portals with fewer than eight articles a day, which have empty days by chance.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median, median_low
from zoneinfo import ZoneInfo

from digest.model.articles import DayStats, FieldCounts, Window
from digest.model.quantities import counted
from digest.settings.sources import Expectation

MAX_PAST_DAYS = 28  # four of each weekday

_MIN_DAYS = 7
_MIN_ARTICLES_A_DAY = 8
_MIN_ARTICLES_OF_SOURCE = 3
_FEW = 0.25
_USUAL = 0.5
_COUNTERS = ("views", "comments")

_NUMBER = re.compile(r"(no|\d+) articles?(?=, (?:expected at least|usually) \d+$)")
_PASSING = re.compile(r"(?<=: the newest article is )\d+ \w+(?= old, )|(?<= missing in )\d+ of \d+(?= articles$)")


def past_windows(window: Window, zone: ZoneInfo, since: datetime | None) -> list[Window]:
    """The same window of each previous day, the latest first; none that began before `since`, the first sighting."""
    if since is None:
        return []
    windows = (
        Window(start=civil_days_before(window.start, days, zone), end=civil_days_before(window.end, days, zone))
        for days in range(1, MAX_PAST_DAYS + 1)
    )
    return [earlier for earlier in windows if earlier.start >= since]


def find_anomalies(
    today: DayStats,
    past: Sequence[DayStats],
    expected: Mapping[str, Expectation],
    ages: Mapping[str, timedelta],
) -> list[str]:
    """Why the issue looks wrong, a phrase for each reason; empty if it does not.

    `expected` are the expectations by source, `ages` the age of each source's newest article, if it has any.
    """
    unmet = [
        problem
        for name, expectation in expected.items()
        for problem in _unmet(name, expectation, today.sources.get(name, FieldCounts(items=0)), ages.get(name))
    ]
    return unmet + (_unusual(today, past) if len(past) >= _MIN_DAYS else [])


def unseen_anomalies(anomalies: Sequence[str], seen: Collection[str]) -> tuple[str, ...]:
    """Those that a person who saw `seen` does not know: none of these is the same with other figures, and no worse.

    Until the hour articles arrive, and the newest one of a source that has no new ones gets older.
    """
    return tuple(one for one in anomalies if not any(_is_known(one, known) for known in seen))


def _is_known(anomaly: str, seen: str) -> bool:
    same = _without_figures(anomaly) == _without_figures(seen)
    return same and _number_of_articles(anomaly) >= _number_of_articles(seen)


def _without_figures(anomaly: str) -> str:
    return _PASSING.sub("", _NUMBER.sub("", anomaly))


def _number_of_articles(anomaly: str) -> int:
    found = _NUMBER.search(anomaly)
    return int(found[1]) if found and found[1] != "no" else 0


def _unmet(name: str, expectation: Expectation, counts: FieldCounts, age: timedelta | None) -> list[str]:
    problems = []
    if expectation.items is not None and counts.items < expectation.items:
        problems.append(f"source {name}: {_articles(counts.items)}, expected at least {expectation.items}")
    if expectation.fresh is not None and (age is None or age > expectation.fresh):
        newest = "no articles" if age is None else f"the newest article is {span_text(age)} old"
        problems.append(f"source {name}: {newest}, expected one from the last {span_text(expectation.fresh)}")
    if counts.items:
        missing = [field for field in expectation.fields if not counts.known.get(field)]
        problems += [
            f"source {name}: {field} missing in {counts.items} of {counts.items} articles" for field in missing
        ]
    return problems


def _unusual(today: DayStats, past: Sequence[DayStats]) -> list[str]:
    usual = median_low(day.articles for day in past)
    same_weekday = [day.articles for day in past if day.weekday == today.weekday]
    problems = []
    if usual >= _MIN_ARTICLES_A_DAY and same_weekday:
        usual = min(usual, median_low(same_weekday))
        if today.articles < _FEW * usual:
            problems.append(f"{_articles(today.articles)}, usually {usual}")
    for name, counts in sorted(today.sources.items()):
        problems += [
            f"source {name}: all {counter} unknown, usually {share:.0%} known"
            for counter in _COUNTERS
            if counts.items >= _MIN_ARTICLES_OF_SOURCE
            and not counts.known.get(counter)
            and (share := _usual_share(name, counter, past)) >= _USUAL
        ]
    return problems


def _usual_share(name: str, counter: str, past: Sequence[DayStats]) -> float:
    days = [counts for day in past if (counts := day.sources.get(name)) and counts.items]
    shares = [counts.known.get(counter, 0) / counts.items for counts in days]
    return median(shares) if len(shares) >= _MIN_DAYS else 0.0


def _articles(number: int) -> str:
    return counted(number, "article") if number else "no articles"


def span_text(span: timedelta) -> str:
    """A time in whole days, hours or minutes, such as `3 h`."""
    hours = span // timedelta(hours=1)
    return f"{span.days} days" if hours >= 48 else f"{hours} h" if hours else f"{span // timedelta(minutes=1)} min"


def civil_days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The moment with the same local time some days earlier."""
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=zone).astimezone(moment.tzinfo)
